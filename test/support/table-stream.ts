/** What a table's stream tells of its items, and what of the fleet table's Lambda lets through to the controller. */
import { STREAM_FILTERS } from '../../constructs/vllm-fleet/stream-filters';
import type { TableChange } from './fake-dynamo/tables';

/** A record of it, as Lambda hands it on. */
export interface Change {
  readonly dynamodb: TableChange;
}

export const passes = (one: Change): boolean => STREAM_FILTERS.some((pattern) => matches(pattern, one));

/** As Lambda matches: every key of the pattern, of each list any. */
function matches(pattern: unknown, value: unknown): boolean {
  if (!Array.isArray(pattern)) {
    return Object.entries(pattern as object).every(([key, inner]) =>
      matches(inner, (value as Record<string, unknown> | undefined)?.[key]),
    );
  }
  return pattern.some((one: unknown) => {
    if (typeof one !== 'object' || one === null) return one === value;
    const { prefix, exists, 'anything-but': not } = one as Record<string, unknown>;
    if (prefix !== undefined) return typeof value === 'string' && value.startsWith(prefix as string);
    if (exists !== undefined) return (value !== undefined) === exists;
    return value !== undefined && !(not as unknown[]).includes(value);
  });
}
