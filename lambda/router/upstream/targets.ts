/** Where a model is, with what it is asked: a fleet's replicas, best first, or a provider's address. */
import type { NamedModel } from '../../../lib/policy/models';
import { rankReplicas } from '../../../lib/policy/affinity';
import { type OwnKnowledge, upToDate } from '../fleet-standing';
import type { LaneRuntime } from '../runtime';
import type { Cooldown } from '../cooldown';

export interface Destination {
  /** Base URL to which the dialect's path is added. */
  readonly baseUrl: string;
  /** SHA-256 of the one certificate it may show, in hexadecimal. */
  readonly certificateSha256?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Which replica of a fleet; `null` for a provider. */
  readonly replica: string | null;
}

/** In the order they are tried, or why there is nowhere to go. */
export async function destinations(
  { plan, secrets, replicas }: LaneRuntime,
  known: OwnKnowledge & { readonly cooldown: Cooldown },
  { model }: NamedModel,
  conversation: string,
): Promise<readonly Destination[] | 'no_replica' | 'secret_missing'> {
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
  return [{ baseUrl: provider.baseUrl, headers: authHeaders(provider.protocol, key), replica: null }];
}

/** Source: the providers' API references. */
function authHeaders(protocol: string, key: string | undefined): Record<string, string> {
  if (protocol === 'anthropic') {
    return { 'anthropic-version': '2023-06-01', ...(key !== undefined && { 'x-api-key': key }) };
  }
  if (protocol === 'gemini' && key !== undefined) return { 'x-goog-api-key': key };
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}
