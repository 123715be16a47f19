/** Hub events as chat completion chunks. */
import type { ChatCall } from '../dialect';
import type { HubChoiceEvent, HubEvent, HubUsage } from '../hub';
import type { JsonObject } from '../json';
import type { HubStreamWriter } from '../hub-stream';
import { DONE, sseEvent } from '../sse';
import { writeLogprobs } from './logprobs';
import { writeThinkingBlock } from './thinking-blocks';
import { writeThoughtSignature } from './thought-signature';
import { asksForUsage, writeUsage } from './usage';

type ChunkCall = Pick<ChatCall, 'body' | 'createdSeconds' | 'costUsd'>;

/** A caller that asked for usage gets it, with its cost, in one more chunk at the end, and `usage: null` on the others. */
export function chunkWriter({ body, createdSeconds, costUsd }: ChunkCall): HubStreamWriter {
  const tellUsage = asksForUsage(body);
  let head: JsonObject = {};
  /** Choices whose role was told: it goes with the first delta, so that nothing is written before there is something to say. */
  const begun = new Set<number>();
  let usage: HubUsage | null = null;
  let finished = false;

  function chunk(choices: readonly JsonObject[], usageField: JsonObject | null): string {
    return sseEvent(JSON.stringify({ ...head, choices, ...(tellUsage && { usage: usageField }) }));
  }

  function write(event: HubEvent): string {
    switch (event.kind) {
      case 'start':
        head = { id: event.id, object: 'chat.completion.chunk', created: createdSeconds, model: event.model };
        return '';
      case 'usage':
        usage = event.usage;
        return '';
      default: {
        const index = event.choice ?? 0;
        const role = begun.has(index) ? {} : { role: 'assistant' };
        begun.add(index);
        finished ||= event.kind === 'finish';
        const choice = {
          index,
          delta: { ...role, ...writeDelta(event) },
          logprobs: event.kind === 'logprobs' ? writeLogprobs(event.tokens) : null,
          finish_reason: event.kind === 'finish' ? event.finish : null,
        };
        return chunk([choice], null);
      }
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

function writeDelta(event: HubChoiceEvent): JsonObject {
  switch (event.kind) {
    case 'text':
      return { content: event.text };
    case 'reasoning':
      return { reasoning_content: event.text };
    case 'sealed_reasoning':
      return { thinking_blocks: [writeThinkingBlock(event.reasoning)] };
    case 'refusal':
      return { refusal: event.text };
    case 'tool_call': {
      const { index, id, name, thoughtSignature } = event;
      const call = { index, id, type: 'function', function: { name, arguments: '' } };
      return { tool_calls: [{ ...call, ...writeThoughtSignature(thoughtSignature) }] };
    }
    case 'tool_arguments':
      return { tool_calls: [{ index: event.index, function: { arguments: event.json } }] };
    case 'logprobs':
    case 'finish':
      return {};
  }
}
