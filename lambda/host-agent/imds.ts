/** EC2's instance metadata, version 2: who this host is, what is going to happen to it, and its role's credentials. */
import type { Credentials } from '../aws/credentials';

export interface Identity {
  readonly instanceId: string;
  readonly privateIp: string;
  readonly zone: string;
  readonly instanceType: string;
  /** `spot` or `on-demand`. */
  readonly lifecycle: string;
}

export interface Notices {
  /** `endsMs`: when EC2 takes the instance back, Unix time in milliseconds; `null`: it does not say so legibly. */
  readonly interruption: { readonly action: string; readonly endsMs: number | null } | null;
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
  async function find(path: string): Promise<string | null> {
    for (let renewed = false; ; renewed = true) {
      token ??= await newToken();
      const response = await ask(path, 'GET', { 'x-aws-ec2-metadata-token': token });
      const body = await response.text();
      if (response.status === 200) return body;
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
      const [instanceId, privateIp, zone, instanceType, lifecycle] = await Promise.all([
        get('meta-data/instance-id'),
        get('meta-data/local-ipv4'),
        get('meta-data/placement/availability-zone'),
        get('meta-data/instance-type'),
        get('meta-data/instance-life-cycle'),
      ]);
      return { instanceId, privateIp, zone, instanceType, lifecycle };
    },
    notices: async () => {
      const [action, rebalance, target] = await Promise.all([
        find('meta-data/spot/instance-action'),
        find('meta-data/events/recommendations/rebalance'),
        find('meta-data/autoscaling/target-lifecycle-state'),
      ]);
      return {
        interruption: action === null ? null : readInterruption(action),
        rebalance: rebalance !== null,
        terminated: target?.trim() === 'Terminated',
      };
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
function readInterruption(text: string): NonNullable<Notices['interruption']> {
  const action = /"action"\s*:\s*"([^"]*)"/.exec(text)?.[1] ?? 'unknown';
  const endsMs = Date.parse(/"time"\s*:\s*"([^"]*)"/.exec(text)?.[1] ?? '');
  return { action, endsMs: Number.isNaN(endsMs) ? null : endsMs };
}

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
