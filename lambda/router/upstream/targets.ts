/** Where a model is, with what it is asked: a fleet's replicas, best first, or a provider's address. */
import type { PlanProvider } from '../../../lib/plan/types';
import type { NamedModel } from '../../../lib/policy/models';
import { rankReplicas } from '../../../lib/policy/affinity';
import { type OwnKnowledge, upToDate } from '../fleet-standing';
import type { LaneRuntime } from '../runtime';
import type { Cooldown } from '../cooldown';
import type { Signing } from './signing';

export interface Destination {
  /** Base URL to which the dialect's path is added. */
  readonly baseUrl: string;
  /** SHA-256 of the one certificate it may show, in hexadecimal. */
  readonly certificateSha256?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Who signs each request to it. Absent: it goes out with these headers. */
  readonly signing?: Signing;
  /** Which replica of a fleet; `null` for a provider. */
  readonly replica: string | null;
}

/** In the order they are tried, or why there is nowhere to go. */
export async function destinations(
  lane: LaneRuntime,
  known: OwnKnowledge & { readonly cooldown: Cooldown },
  { model }: NamedModel,
  conversation: string,
): Promise<readonly Destination[] | 'no_replica' | 'secret_missing'> {
  const { plan, secrets, replicas } = lane;
  if (model.fleet !== null) {
    const ranked = rankReplicas(upToDate(await replicas.rows(model.fleet), known), conversation, {
      concurrency: plan.fleets[model.fleet]?.concurrency ?? Infinity,
      isCooling: (id) => known.cooldown.isCooling(id),
    });
    if (ranked.length === 0) return 'no_replica';
    return ranked.map(({ id, url, certificateSha256 = '' }) => ({
      baseUrl: `${url}/v1`,
      ...(certificateSha256 !== '' && { certificateSha256 }),
      headers: {},
      replica: id,
    }));
  }
  const provider = plan.providers[model.provider ?? ''];
  if (provider === undefined) throw new Error(`the plan has no provider ${model.provider}`);
  const key = provider.secret === null ? undefined : await secrets.find(provider.secret);
  if (key === undefined && provider.secret !== null && provider.keyRequired) return 'secret_missing';
  const signing = provider.signingRegion === null ? null : await signingIn(lane, provider.signingRegion);
  if (signing === null && provider.signingRegion !== null && provider.keyRequired) return 'secret_missing';
  const headers = authHeaders(provider.protocol, key);
  return [{ baseUrl: addressFor(model, provider), headers, ...(signing !== null && { signing }), replica: null }];
}

/** Bedrock speaks OpenAI's protocol too, at a path of its own. Source: Bedrock user guide, "OpenAI Chat Completions API". */
const addressFor = ({ protocol }: NamedModel['model'], provider: PlanProvider): string =>
  protocol === 'openai' && provider.protocol === 'bedrock' ? `${provider.baseUrl}/openai/v1` : provider.baseUrl;

/** `null`: there is nobody to sign. */
async function signingIn({ credentials }: LaneRuntime, region: string): Promise<Signing | null> {
  try {
    return credentials === undefined ? null : { service: 'bedrock', region, credentials: await credentials() };
  } catch {
    return null;
  }
}

/** Source: the providers' API references. */
function authHeaders(protocol: string, key: string | undefined): Record<string, string> {
  if (protocol === 'anthropic') {
    return { 'anthropic-version': '2023-06-01', ...(key !== undefined && { 'x-api-key': key }) };
  }
  if (protocol === 'gemini' && key !== undefined) return { 'x-goog-api-key': key };
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}
