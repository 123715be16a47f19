/** Why an answer ended, in the words of the Messages API. Which stop sequence ended it, other providers do not say. */
import type { HubFinish } from '../hub';
import type { JsonObject } from '../json';

export interface Ended {
  readonly finish: HubFinish;
  /** Agents look at nothing else to see whether they have something to do. */
  readonly hasCalls: boolean;
  /** The model said that it will not. */
  readonly refused: boolean;
}

export const stopFields = (ended: Ended): JsonObject => ({ stop_reason: reasonOf(ended), stop_sequence: null });

function reasonOf({ finish, hasCalls, refused }: Ended): string {
  if (refused || finish === 'content_filter') return 'refusal';
  if (finish === 'length') return 'max_tokens';
  return hasCalls ? 'tool_use' : 'end_turn';
}
