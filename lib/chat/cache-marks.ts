/** Whether a request says what to cache, for targets where that cannot be said. */
import type { HubRequest } from './hub';

export const hasCacheMarks = ({ messages, tools }: HubRequest): boolean =>
  tools.some(({ cache }) => cache !== undefined) ||
  messages.some(({ parts }) => parts.some(({ cache }) => cache !== undefined));
