/** Paths of the API: the lane by its prefix, then the endpoint. */
import type { Lane } from '../../lib/plan/types';

export interface Route {
  readonly lane: Lane;
  /** Without lane prefix and query, such as `/v1/models`. */
  readonly path: string;
}

/**
 * A trailing or doubled slash is no other path, and neither is a doubled `/v1`: some clients want a base URL with it,
 * others add it themselves. `/openai/v1` is what clients of Azure and of Bedrock's copy of the API have.
 */
export function readPath(raw: string): Route {
  if (raw === USUAL.path) return USUAL;
  const path = (raw.split('?', 1)[0] ?? '')
    .replace(/\/{2,}/g, '/')
    .replace(/(.)\/$/, '$1')
    .replace(/^(\/sealed)?\/openai\/v1\//, '$1/v1/')
    .replace('/v1/v1/', '/v1/');
  return path.startsWith('/sealed/') ? { lane: 'sealed', path: path.slice('/sealed'.length) } : { lane: 'open', path };
}

const USUAL: Route = { lane: 'open', path: '/v1/chat/completions' };
