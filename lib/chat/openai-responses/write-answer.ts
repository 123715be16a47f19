/** A hub answer as the body of a response. */
import type { ChatCall } from '../dialect';
import type { HubAnswer, HubChoice, HubChoiceEvent } from '../hub';
import { Output } from './output';
import { idOf, responseOf } from './write-response';

/** An answer is one here: there is no asking for several. */
export function writeAnswer(answer: HubAnswer, call: ChatCall): string {
  const output = new Output(idOf(call));
  for (const event of eventsOf(answer)) output.add(event);
  const { model, finish, usage } = answer;
  return JSON.stringify(responseOf(call)({ model, finish, usage, output: output.items }));
}

/** What would have happened had it been streamed. */
function eventsOf({ parts, refusal, logprobs, finish }: HubChoice): HubChoiceEvent[] {
  const events: HubChoiceEvent[] = [];
  let calls = 0;
  for (const part of parts) {
    if (part.kind === 'text') events.push(part);
    if (part.kind === 'reasoning') {
      if (part.text !== '') events.push({ kind: 'reasoning', text: part.text });
      events.push({ kind: 'sealed_reasoning', reasoning: part });
    }
    if (part.kind === 'tool_call') {
      const { argumentsJson, ...call } = part;
      events.push({ ...call, index: calls }, { kind: 'tool_arguments', index: calls, json: argumentsJson });
      calls += 1;
    }
  }
  const lastText = events.findLastIndex(({ kind }) => kind === 'text');
  if (logprobs !== undefined && lastText !== -1) events.splice(lastText + 1, 0, { kind: 'logprobs', tokens: logprobs });
  if (refusal !== null) events.push({ kind: 'refusal', text: refusal });
  return [...events, { kind: 'finish', finish }];
}
