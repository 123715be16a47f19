/** Hub events as chat completion chunks. */
import type { ChatCall } from '../dialect';
import type { HubEvent, HubUsage } from '../hub';
import type { JsonObject } from '../json';
import type { HubStreamWriter } from '../hub-stream';
import { DONE, sseEvent } from '../sse';
import { asksForUsage, writeUsage } from './usage';

type ChunkCall = Pick<ChatCall, 'body' | 'createdSeconds' | 'costUsd'>;

/** A caller that asked for usage gets it, with its cost, in one more chunk at the end, and `usage: null` on the others. */
export function chunkWriter({ body, createdSeconds, costUsd }: ChunkCall): HubStreamWriter {
  const tellUsage = asksForUsage(body);
  let head: JsonObject = {};
  /** Goes with the first delta, so that nothing is written before there is something to say. */
  let role: JsonObject = { role: 'assistant' };
  let usage: HubUsage | null = null;
  let finished = false;

  function chunk(choices: readonly JsonObject[], usageField: JsonObject | null): string {
    return sseEvent(JSON.stringify({ ...head, choices, ...(tellUsage && { usage: usageField }) }));
  }

  function delta(fields: JsonObject, finishReason: string | null = null): string {
    const choice = { index: 0, delta: { ...role, ...fields }, logprobs: null, finish_reason: finishReason };
    role = {};
    return chunk([choice], null);
  }

  function write(event: HubEvent): string {
    switch (event.kind) {
      case 'start':
        head = { id: event.id, object: 'chat.completion.chunk', created: createdSeconds, model: event.model };
        return '';
      case 'text':
        return delta({ content: event.text });
      case 'reasoning':
        return delta({ reasoning_content: event.text });
      case 'refusal':
        return delta({ refusal: event.text });
      case 'tool_call':
        return delta({
          tool_calls: [
            { index: event.index, id: event.id, type: 'function', function: { name: event.name, arguments: '' } },
          ],
        });
      case 'tool_arguments':
        return delta({ tool_calls: [{ index: event.index, function: { arguments: event.json } }] });
      case 'usage':
        usage = event.usage;
        return '';
      case 'finish':
        finished = true;
        return delta({}, event.finish);
    }
  }

  return {
    write,
    end() {
      if (!finished) throw new Error('a stream without a finish has no end');
      return (tellUsage && usage ? chunk([], writeUsage(usage, costUsd(usage))) : '') + sseEvent(DONE);
    },
  };
}
