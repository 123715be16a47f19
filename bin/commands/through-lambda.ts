/**
 * A router that is elsewhere: each request is carried to the lane's function by Lambda's streaming invocation and its
 * answer back, event by event. What the function gets looks like a request of API Gateway.
 */
import type { Router } from '../../lambda/router/app';
import { readPath } from '../../lambda/router/path';
import type { RouterRequest, Sink } from '../../lambda/router/request';
import { sendError } from '../../lambda/router/respond';
import { errorsAt } from '../../lambda/router/protocols';
import type { Lane } from '../../lib/plan/types';
import type { RouterError } from '../../lib/policy/errors';
import { PreludeReader } from './lambda-prelude';

/** Calls the lane's function and gives what it writes as it comes. Rejects with `InvokeFailure`. */
export type Invoke = (lane: Lane, payload: string, signal: AbortSignal) => AsyncIterable<Uint8Array>;

/** The invocation failed before or while the function answered. */
export class InvokeFailure extends Error {
  constructor(readonly error: RouterError) {
    super(error.message);
  }
}

export function throughLambda(invoke: Invoke): Router {
  return async (request, sink) => {
    const { lane, path } = readPath(request.path);
    const errors = await errorsAt(path);
    if (request.body === 'too_large') return sendError(sink, TOO_LARGE, {}, errors);
    const leave = new AbortController();
    request.signal.addEventListener('abort', () => leave.abort());
    if (request.signal.aborted) return;
    try {
      await carry(invoke(lane, JSON.stringify(eventOf(request, request.body)), leave.signal), sink);
    } catch (error) {
      if (request.signal.aborted) return;
      const told = error instanceof InvokeFailure ? error.error : broken(error);
      if (sink.started) await sink.end(errors.event(told, ''));
      else await sendError(sink, told, {}, errors);
    }
  };
}

async function carry(answer: AsyncIterable<Uint8Array>, sink: Sink): Promise<void> {
  const prelude = new PreludeReader();
  const text = new TextDecoder();
  for await (const bytes of answer) {
    const body = prelude.push(bytes);
    if (prelude.head === null) continue;
    if (!sink.started) sink.start(prelude.head.statusCode, prelude.head.headers);
    if (body.length > 0) await sink.write(text.decode(body, { stream: true }));
  }
  if (!sink.started) throw new InvokeFailure(broken(new Error('the function ended without an answer')));
  await sink.end(text.decode());
}

/** As API Gateway's proxy integration says it. */
function eventOf({ method, path, headers }: RouterRequest, body: Buffer): object {
  return {
    httpMethod: method,
    path: path.split('?', 1)[0],
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name))),
    requestContext: {},
    body: body.length === 0 ? null : body.toString('utf8'),
    isBase64Encoded: false,
  };
}

/** Headers of this connection, not of the request. */
const HOP_BY_HOP = new Set(['connection', 'host', 'keep-alive', 'transfer-encoding', 'content-length', 'expect']);

export const TOO_LARGE: RouterError = {
  code: 'request_too_large',
  message: 'Lambda takes at most 6 MB; shorten the conversation, or send images smaller',
  param: null,
};

function broken(error: unknown): RouterError {
  const kind = error instanceof Error ? error.message : typeof error;
  return {
    code: 'upstream_interrupted',
    message: `the router's function could not be reached to the end: ${kind}`,
    param: null,
  };
}
