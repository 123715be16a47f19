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
import { type ToolRenames, renameTools } from './tool-renames';

/** A protocol that callers speak. */
export interface HubCaller {
  /** The caller's request as the policy changed it. Throws `CallerMistake`. */
  readonly request: (call: ChatCall) => HubRequest;
  /** The body for the caller. */
  readonly answer: (answer: HubAnswer, call: ChatCall) => string;
  readonly stream: (call: ChatCall) => HubStreamWriter;
  /** What a target does not like, in the caller's own words. @default - they are those of a chat completion */
  readonly reword?: (mistake: CallerMistake, call: ChatCall) => CallerMistake;
  /** A parameter of a chat completion as the caller calls it. @default - the same */
  readonly nameOf?: (name: string) => string;
  /** Parameters that no target is told of, by the caller's name. @default - none */
  readonly leavesOut?: (call: ChatCall) => readonly string[];
}

/** A protocol that targets speak. */
export interface HubTarget {
  /** Path behind the target's base URL, with its query. */
  readonly path: (call: ChatCall) => string;
  /** How a streamed answer is cut into events. @default - server-sent events */
  readonly framing?: Framing;
  /** Names of tools that it takes; others are renamed on the way. @default - any */
  readonly toolNames?: RegExp;
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
  /** Of calls whose tools had to be renamed: the answer to a call has the names that its request went out with. */
  const renames = new WeakMap<ChatCall, ToolRenames>();
  return {
    path: target.path,
    ...(target.framing !== undefined && { framing: target.framing }),
    request(call) {
      const asked = caller.request(call);
      const renamed = target.toolNames === undefined ? null : renameTools(asked, target.toolNames);
      if (renamed !== null) renames.set(call, renamed);
      try {
        return named(target.request(renamed?.request ?? asked, call), caller, call);
      } catch (error) {
        throw error instanceof CallerMistake && caller.reword !== undefined ? caller.reword(error, call) : error;
      }
    },
    answer(call, text): AnswerRead | UpstreamFault {
      const read = target.answer(text, call);
      if (!read.ok) return read;
      const answer = renames.get(call)?.answer(read.answer) ?? read.answer;
      return { ok: true, body: caller.answer(answer, call), usage: answer.usage, finish: answer.finish };
    },
    stream: (call) => hubStream(target.stream(call), caller.stream(call), renames.get(call)?.event),
    fault: target.fault,
  };
}

/** What is left out and changed, by the caller's names, each once. */
function named(body: UpstreamBody, { nameOf, leavesOut }: HubCaller, call: ChatCall): UpstreamBody {
  const names = (all: readonly string[]): readonly string[] => (nameOf === undefined ? all : all.map(nameOf));
  const dropped = new Set([...(leavesOut?.(call) ?? []), ...names(body.dropped)]);
  return { ...body, dropped: [...dropped], changed: [...new Set(names(body.changed))] };
}
