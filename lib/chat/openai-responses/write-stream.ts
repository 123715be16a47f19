/** Hub events as those of a streamed response, numbered from 0. */
import type { ChatCall } from '../dialect';
import type { HubEvent, HubFinish, HubUsage } from '../hub';
import type { HubStreamWriter } from '../hub-stream';
import type { JsonObject } from '../json';
import { DONE, sseEvent } from '../sse';
import { errorEvent } from './error';
import { Output } from './output';
import { type Outcome, idOf, responseOf } from './write-response';

export function responseWriter(call: ChatCall): HubStreamWriter {
  const response = responseOf(call);
  let { model } = call;
  let usage: HubUsage | null = null;
  let finish: HubFinish | null = null;
  let sequenceNumber = 0;
  let begun = false;
  let out = '';

  const tell = (type: string, fields: JsonObject): void => {
    out += sseEvent(JSON.stringify({ type, sequence_number: sequenceNumber, ...fields }), type);
    sequenceNumber += 1;
  };
  const output = new Output(idOf(call), tell);

  /** Of targets that say nothing before the answer itself the first part of it is the beginning. */
  function begin(): void {
    if (begun) return;
    begun = true;
    const outcome: Outcome = { model, finish: null, output: [], usage: null };
    for (const type of ['response.created', 'response.in_progress']) tell(type, { response: response(outcome) });
  }

  function written(): string {
    const text = out;
    out = '';
    return text;
  }

  return {
    write(event: HubEvent) {
      if (event.kind === 'start') model = event.model;
      if (event.kind === 'usage') usage = event.usage;
      else begin();
      if (event.kind === 'start' || event.kind === 'usage' || (event.choice ?? 0) > 0) return written();
      if (event.kind === 'finish') finish = event.finish;
      output.add(event);
      return written();
    },
    end() {
      if (finish === null) throw new Error('a stream without a finish has no end');
      const whole = response({ model, finish, output: output.items, usage });
      tell(`response.${String(whole['status'])}`, { response: whole });
      // OpenAI's own stream ends without it, that of OpenResponses with it, and clients of either take it.
      return written() + sseEvent(DONE);
    },
    error: (error) => errorEvent(error, sequenceNumber),
  };
}
