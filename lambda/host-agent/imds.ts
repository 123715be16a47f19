/** EC2's instance metadata, version 2: who this host is, what is going to happen to it, and its role's credentials. */
import { createHash } from 'node:crypto';
import type { Credentials } from '../aws/credentials';

export interface Identity {
  /** When EC2 launched the instance, Unix time in milliseconds; `null`: it does not say. */
  readonly launchedMs: number | null;
  /** What it was launched from, as far as the instance can see it: a hash of its machine image and user data. */
  readonly templateVersion: string;
  readonly instanceId: string;
  readonly privateIp: string;
  readonly zone: string;
  readonly instanceType: string;
  /** `spot` or `on-demand`. */
  readonly lifecycle: string;
}

export interface Notices {
  /** `leftMs`: until EC2 takes the instance back, whatever the host's clock says; `null`: it does not say so legibly. */
  readonly interruption: { readonly action: string; readonly leftMs: number | null } | null;
  readonly rebalance: boolean;
  /** Its Auto Scaling group wants it terminated. */
  readonly terminated: boolean;
}

export interface Imds {
  readonly identity: () => Promise<Identity>;
  readonly notices: () => Promise<Notices>;
  /** Kept until shortly before they expire. */
  readonly credentials: () => Promise<RoleCredentials>;
}

export interface RoleCredentials extends Credentials {
  readonly sessionToken: string;
  readonly expiresMs: number;
}

export const IMDS_URL = 'http://169.254.169.254';

const TOKEN_SECONDS = 21_600;
const ANSWER_LIMIT_MS = 1_500;
/** EC2 has new ones at least 5 minutes before the old expire. */
const RENEW_BEFORE_MS = 4 * 60_000;

export function imds(baseUrl: string = IMDS_URL, nowMs: () => number = Date.now): Imds {
  let token: string | null = null;
  let kept: RoleCredentials | null = null;

  const ask = (path: string, method: string, headers: Record<string, string>): Promise<Response> =>
    fetch(`${baseUrl}/latest/${path}`, { method, headers, signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });

  async function newToken(): Promise<string> {
    const response = await ask('api/token', 'PUT', { 'x-aws-ec2-metadata-token-ttl-seconds': String(TOKEN_SECONDS) });
    if (response.status !== 200) throw new ImdsError('api/token', response.status);
    return response.text();
  }

  /** `null`: there is nothing at this path, which is how IMDS says "no". */
  const find = async (path: string): Promise<string | null> => (await look(path))?.body ?? null;

  /** With the time that the service says it is; the host's own where it says none. */
  async function look(path: string): Promise<{ readonly body: string; readonly nowMs: number } | null> {
    for (let renewed = false; ; renewed = true) {
      token ??= await newToken();
      const response = await ask(path, 'GET', { 'x-aws-ec2-metadata-token': token });
      const body = await response.text();
      const saidMs = Date.parse(response.headers.get('date') ?? '');
      if (response.status === 200) return { body, nowMs: Number.isNaN(saidMs) ? nowMs() : saidMs };
      if (response.status === 404) return null;
      if (response.status !== 401 || renewed) throw new ImdsError(path, response.status);
      token = null;
    }
  }

  async function get(path: string): Promise<string> {
    const found = await find(path);
    if (found === null) throw new ImdsError(path, 404);
    return found;
  }

  return {
    identity: async () => {
      const [document, userData, instanceId, privateIp, zone, instanceType, lifecycle] = await Promise.all([
        get('dynamic/instance-identity/document'),
        find('user-data'),
        get('meta-data/instance-id'),
        get('meta-data/local-ipv4'),
        get('meta-data/placement/availability-zone'),
        get('meta-data/instance-type'),
        get('meta-data/instance-life-cycle'),
      ]);
      const { imageId = '', pendingTime = '' } = JSON.parse(document) as { imageId?: string; pendingTime?: string };
      const launchedMs = Date.parse(pendingTime);
      return {
        launchedMs: Number.isNaN(launchedMs) ? null : launchedMs,
        templateVersion: shortHash(`${imageId}\n${userData ?? ''}`),
        instanceId,
        privateIp,
        zone,
        instanceType,
        lifecycle,
      };
    },
    notices: async () => {
      const answers = await Promise.allSettled([
        look('meta-data/spot/instance-action'),
        find('meta-data/events/recommendations/rebalance'),
        find('meta-data/autoscaling/target-lifecycle-state'),
      ]);
      const [action, rebalance, target] = answers.map((one) => (one.status === 'fulfilled' ? one.value : null)) as [
        Awaited<ReturnType<typeof look>>,
        string | null,
        string | null,
      ];
      const notices: Notices = {
        interruption: action === null ? null : readInterruption(action.body, action.nowMs),
        rebalance: rebalance !== null,
        terminated: target?.trim() === 'Terminated',
      };
      // One answer that does not come hides no notice in another.
      const failed = answers.find((one) => one.status === 'rejected');
      if (failed !== undefined && notices.interruption === null && !notices.terminated) throw failed.reason;
      return notices;
    },
    credentials: async () => {
      if (kept !== null && nowMs() < kept.expiresMs - RENEW_BEFORE_MS) return kept;
      const [role = ''] = (await get('meta-data/iam/security-credentials/')).trim().split('\n');
      kept = readCredentials(await get(`meta-data/iam/security-credentials/${role}`));
      return kept;
    },
  };
}

export class ImdsError extends Error {
  override readonly name = 'ImdsError';

  constructor(path: string, status: number) {
    super(`instance metadata ${path}: status ${status}`);
  }
}

/** A notice that cannot be read is a notice all the same. */
function readInterruption(text: string, nowMs: number): NonNullable<Notices['interruption']> {
  const action = /"action"\s*:\s*"([^"]*)"/.exec(text)?.[1] ?? 'unknown';
  const endsMs = Date.parse(/"time"\s*:\s*"([^"]*)"/.exec(text)?.[1] ?? '');
  return { action, leftMs: Number.isNaN(endsMs) ? null : endsMs - nowMs };
}

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

function readCredentials(text: string): RoleCredentials {
  const { Code, AccessKeyId, SecretAccessKey, Token, Expiration } = JSON.parse(text) as Record<string, string>;
  if (Code !== 'Success' || !AccessKeyId || !SecretAccessKey || !Token) {
    throw new Error(`instance metadata has no credentials of the host's role: ${Code ?? 'no code'}`);
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: Token,
    expiresMs: Date.parse(Expiration ?? ''),
  };
}
