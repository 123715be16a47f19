/** A streamed response of OpenAI's own: each event is read once and goes on as it came. */
import type { StreamReader, StreamStep } from '../dialect';
import { type JsonObject, isObject, parseObject } from '../json';
import { DONE, sseEvent } from '../sse';
import { invalidFault, reportedFault, truncatedFault } from '../upstream-fault';
import { errorEvent } from './error';
import { finishOf } from './finish';
import { readUsage } from './usage';

export function passThroughStream(): StreamReader {
  /** Of the last event that was sent. */
  let last = -1;
  return {
    read(event, data) {
      if (data === DONE) return { out: '', fault: truncatedFault() };
      if (data === '') return { out: '' };
      const told = parseObject(data);
      if (told === null) return { out: '', fault: invalidFault('an event of the stream is not a JSON object') };
      const { type, response, sequence_number: number } = told;
      if (type === 'error' || event === 'error' || isObject(told['error'])) {
        return { out: '', fault: reportedFault(told) };
      }
      if (FAILED.has(type)) return { out: '', fault: reportedFault(isObject(response) ? response : told) };
      if (typeof number === 'number') last = number;
      const out = sseEvent(data, event);
      if (!ENDED.has(type) || !isObject(response)) return { out, ...(isContent(told) && { content: true }) };
      return ended(out, response);
    },
    close: () => ({ out: '', fault: truncatedFault() }),
    error: (error) => errorEvent(error, last + 1),
  };
}

const ENDED: ReadonlySet<unknown> = new Set(['response.completed', 'response.incomplete']);
const FAILED: ReadonlySet<unknown> = new Set(['response.failed', 'response.cancelled']);

function ended(out: string, response: JsonObject): StreamStep {
  const usage = readUsage(response['usage']);
  const finish = finishOf(response);
  return { out, ended: true, ...(usage && { usage }), ...(finish !== null && { finish }) };
}

/** Messages and thoughts begin empty; any other item that begins is something the model does. */
const EMPTY_AT_FIRST: ReadonlySet<unknown> = new Set(['message', 'reasoning']);

function isContent({ type, delta, item }: JsonObject): boolean {
  if (type === 'response.output_item.added') return isObject(item) && !EMPTY_AT_FIRST.has(item['type']);
  return typeof delta === 'string' && delta !== '';
}
