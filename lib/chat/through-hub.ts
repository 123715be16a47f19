/** A caller's protocol and a target's joined by the hub, so that neither knows the other. */
import {
  type AnswerRead,
  type ChatCall,
  CallerMistake,
  type Dialect,
  type Framing,
  type UpstreamBody,
  type UpstreamFault,
} from './dialect';
import type { HubAnswer, HubRequest } from './hub';
import { type HubStreamReader, type HubStreamWriter, hubStream } from './hub-stream';

/** A protocol that callers speak. */
export interface HubCaller {
  /** The caller's request as the policy changed it. Throws `CallerMistake`. */
  readonly request: (call: ChatCall) => HubRequest;
  /** The body for the caller. */
  readonly answer: (answer: HubAnswer, call: ChatCall) => string;
  readonly stream: (call: ChatCall) => HubStreamWriter;
  /** What a target does not like, in the caller's own words. @default - they are those of a chat completion */
  readonly reword?: (mistake: CallerMistake, call: ChatCall) => CallerMistake;
  /** A parameter that a target left out or changed, by the caller's name. @default - that of a chat completion */
  readonly paramName?: (name: string) => string;
}

/** A protocol that targets speak. */
export interface HubTarget {
  /** Path behind the target's base URL, with its query. */
  readonly path: (call: ChatCall) => string;
  /** How a streamed answer is cut into events. @default - server-sent events */
  readonly framing?: Framing;
  /** Throws `CallerMistake` where the request cannot be said in the target's protocol. */
  readonly request: (request: HubRequest, call: ChatCall) => UpstreamBody;
  /** A whole answer with status 200. */
  readonly answer: (text: string, call: ChatCall) => HubAnswerRead;
  readonly stream: (call: ChatCall) => HubStreamReader;
  /** What an error body of the target means. */
  readonly fault: (status: number, text: string) => UpstreamFault;
}

export type HubAnswerRead = { readonly ok: true; readonly answer: HubAnswer } | UpstreamFault;

export function throughHub(caller: HubCaller, target: HubTarget): Dialect {
  return {
    path: target.path,
    ...(target.framing !== undefined && { framing: target.framing }),
    request(call) {
      const request = caller.request(call);
      try {
        return named(target.request(request, call), caller.paramName);
      } catch (error) {
        throw error instanceof CallerMistake && caller.reword !== undefined ? caller.reword(error, call) : error;
      }
    },
    answer(call, text): AnswerRead | UpstreamFault {
      const read = target.answer(text, call);
      if (!read.ok) return read;
      const { answer } = read;
      return { ok: true, body: caller.answer(answer, call), usage: answer.usage, finish: answer.finish };
    },
    stream: (call) => hubStream(target.stream(call), caller.stream(call)),
    fault: target.fault,
  };
}

function named(body: UpstreamBody, nameOf: HubCaller['paramName']): UpstreamBody {
  if (nameOf === undefined) return body;
  return { ...body, dropped: body.dropped.map(nameOf), changed: body.changed.map(nameOf) };
}
