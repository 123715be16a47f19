import type { ChatCall } from '../dialect';
import type { JsonObject } from '../json';

/** The caller's request as the policy changed it, in the names of this API. */
export function decidedBody({ body, set, metadata }: Pick<ChatCall, 'body' | 'set' | 'metadata'>): JsonObject {
  const { max_tokens: limit, ...sampling } = set;
  return {
    ...body,
    ...sampling,
    ...(limit !== undefined && { max_output_tokens: limit }),
    ...(metadata !== undefined && { metadata }),
  };
}
