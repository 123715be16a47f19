/** A stream in the caller's own protocol: each event is read once and goes on as it came, unless it must be mended. */
import type { ChatCall, StreamReader, StreamStep } from '../dialect';
import { type JsonObject, isObject, parseObject } from '../json';
import { splice } from '../splice';
import { DONE, sseEvent } from '../sse';
import { abortedFault, invalidFault, reportedFault, truncatedFault } from '../upstream-fault';
import { isErrorEvent } from './chunk';
import { ABORTED } from './finish';
import { ToolCallMender, mendReasoning } from './mend';
import { asksForUsage, readUsage } from './usage';

/**
 * The chunk that holds nothing but usage is forwarded only to a caller that asked for it. Usage on other chunks goes on
 * either way: providers that put it there do so unasked. Who asked is told the cost beside it.
 */
export function passThroughStream(
  { body, costUsd }: Pick<ChatCall, 'body' | 'costUsd'>,
  hasContent: (choice: JsonObject) => boolean,
): StreamReader {
  const tellUsage = asksForUsage(body);
  /** Choices that have begun, by whether they have ended. */
  const choicesEnded = new Map<number, boolean>();
  const toolCalls = new Map<number, ToolCallMender>();

  function done(): StreamStep {
    const whole = choicesEnded.size > 0 && ![...choicesEnded.values()].includes(false);
    return whole ? { out: sseEvent(DONE), ended: true } : { out: '', fault: truncatedFault() };
  }

  /** The choice as it should have come; `null`: it did. */
  function mend(choice: JsonObject, index: number, ended: boolean): JsonObject | null {
    const delta = isObject(choice['delta']) ? choice['delta'] : {};
    const renamed = mendReasoning(delta);
    const given = Array.isArray(delta['tool_calls']) ? (delta['tool_calls'] as unknown[]) : [];
    if (given.length > 0 && !toolCalls.has(index)) toolCalls.set(index, new ToolCallMender());
    const calls = toolCalls.get(index)?.mend(given, ended) ?? null;
    if (renamed === null && calls === null) return null;
    return { ...choice, delta: { ...(renamed ?? delta), ...(calls && { tool_calls: calls }) } };
  }

  return {
    read(event, data) {
      if (data === DONE) return done();
      if (data === '') return { out: '' };
      const chunk = parseObject(data);
      if (chunk === null) return { out: '', fault: invalidFault('an event of the stream is not a JSON object') };
      if (isErrorEvent(event, chunk)) return { out: '', fault: reportedFault(chunk) };
      const choices = chunk['choices'];
      // Not a part of a chat: what some gateways send to keep a connection open.
      if (!Array.isArray(choices)) return { out: '' };

      let finish: string | undefined;
      let content = false;
      let mended: unknown[] | null = null;
      for (const [position, choice] of choices.entries()) {
        if (!isObject(choice)) continue;
        const reason = choice['finish_reason'];
        if (reason === ABORTED) return { out: '', fault: abortedFault() };
        const index = typeof choice['index'] === 'number' ? choice['index'] : 0;
        const ended = typeof reason === 'string' && reason !== '';
        if (ended) finish = reason;
        if (ended || !choicesEnded.has(index)) choicesEnded.set(index, ended);
        content ||= hasContent(choice);
        const better = mend(choice, index, ended);
        if (better !== null) (mended ??= [...(choices as unknown[])])[position] = better;
      }
      const came = mended === null ? data : splice(data, { set: { choices: JSON.stringify(mended) } });
      const usage = readUsage(chunk['usage'], chunk['service_tier']);
      const withheld = !tellUsage && choices.length === 0 && isObject(chunk['usage']);
      const forwarded = tellUsage && usage ? withCost(came, chunk['usage'], costUsd(usage)) : came;
      return {
        out: withheld ? '' : sseEvent(forwarded, event),
        ...(usage && { usage }),
        ...(finish !== undefined && { finish }),
        ...(content && { content }),
      };
    },
    close: () => ({ out: '', fault: truncatedFault() }),
  };
}

function withCost(data: string, usage: unknown, costUsd: number | null): string {
  if (costUsd === null || !isObject(usage)) return data;
  return splice(data, { set: { usage: JSON.stringify({ ...usage, cost_usd: costUsd }) } });
}
