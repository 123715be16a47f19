/** A whole answer of `generateContent` into the hub: it has the form of a stream's only event, and is read as one. */
import type { ChatCall } from '../dialect';
import type { HubAnswer, HubChoice, HubChoiceEvent, HubEvent, HubLogprob, HubPart, HubUsage } from '../hub';
import type { HubAnswerRead } from '../through-hub';
import { invalidFault } from '../upstream-fault';
import { GenerateContentStream } from './read-stream';

export function readAnswer(text: string, call: Pick<ChatCall, 'model' | 'createdSeconds'>): HubAnswerRead {
  const stream = new GenerateContentStream(call);
  const step = stream.read(undefined, text);
  if (step.fault !== undefined) return step.fault;
  const { events, ended } = stream.close();
  if (ended !== true) return invalidFault('the answer has no finish reason');
  return { ok: true, answer: answerOf([...step.events, ...events]) };
}

function answerOf(events: readonly HubEvent[]): HubAnswer {
  let head = { id: '', model: '' };
  let usage: HubUsage | null = null;
  const choices = new Map<number, HubChoiceEvent[]>();
  for (const event of events) {
    if (event.kind === 'start') head = { id: event.id, model: event.model };
    else if (event.kind === 'usage') usage = event.usage;
    else choices.set(event.choice ?? 0, [...(choices.get(event.choice ?? 0) ?? []), event]);
  }
  const [first = choiceOf([]), ...others] = [...choices].sort(([a], [b]) => a - b).map(([, own]) => choiceOf(own));
  return { ...head, usage, ...first, ...(others.length > 0 && { others }) };
}

function choiceOf(events: readonly HubChoiceEvent[]): HubChoice {
  const parts: HubPart[] = [];
  const logprobs: HubLogprob[] = [];
  let finish: HubChoice['finish'] = 'stop';
  let refusal: string | null = null;
  for (const event of events) {
    switch (event.kind) {
      case 'text':
      case 'reasoning':
        parts.push({ kind: event.kind, text: event.text });
        break;
      case 'tool_call': {
        const { index, ...call } = event;
        const args = events.find((one) => one.kind === 'tool_arguments' && one.index === index);
        parts.push({ ...call, argumentsJson: args?.kind === 'tool_arguments' ? args.json : '{}' });
        break;
      }
      // Gemini's thoughts have no seal of their own.
      case 'sealed_reasoning':
      case 'tool_arguments':
        break;
      case 'logprobs':
        logprobs.push(...event.tokens);
        break;
      case 'refusal':
        refusal = event.text;
        break;
      case 'finish':
        finish = event.finish;
    }
  }
  return { parts, finish, refusal, ...(logprobs.length > 0 && { logprobs }) };
}
