/** What stands at the top of every message of the Messages API. */
import type { JsonObject } from '../json';

export const headOf = (id: string, model: string): JsonObject => ({
  id: messageId(id),
  type: 'message',
  role: 'assistant',
  model,
});

/** Clients know a message by the beginning of its id; who has one of its own keeps it. */
const messageId = (id: string): string => (id.startsWith('msg_') ? id : `msg_${id.replace(/^chatcmpl-/, '')}`);
