/**
 * The router, top to bottom: path → key → body → facts → decision → chain of attempts → answer → ledger, record, metrics.
 *
 * Nothing is sent before the upstream has begun to answer, so that every failure up to there is made good elsewhere or
 * told with its own status. After that a failure is an error event: no `finish_reason` and no `[DONE]` that the model
 * did not send.
 */
import { CallerMistake, type JsonObject } from '../../lib/chat/dialect';
import { errorEvent } from '../../lib/chat/openai-chat/error';
import { checkChatBody } from '../../lib/chat/openai-chat/check-body';
import type { RouterPlan } from '../../lib/plan/types';
import { type Decision, decide } from '../../lib/policy/decide';
import { type ErrorCode, type RouterError, statusOf } from '../../lib/policy/errors';
import { refusal } from '../../lib/policy/messages';
import { readFacts } from '../../lib/policy/read-facts';
import type { KeyRow } from '../../lib/tables/key-row';
import { authenticate } from './authenticate';
import type { CallerBody } from './call';
import { askChain } from './chain';
import { Cooldown } from './cooldown';
import { deliver } from './deliver';
import { listModels } from './list-models';
import { readPath } from './path';
import type { RouterRequest, Sink } from './request';
import { sendError, sendJson } from './respond';
import type { LaneRuntime, RouterDeps } from './runtime';
import { Trace } from './trace';

export type Router = (request: RouterRequest, sink: Sink) => Promise<void>;

export function createRouter(deps: RouterDeps): Router {
  const cooldown = new Cooldown(deps.nowMs);

  return async function route(request, sink) {
    const { lane: laneName, path } = readPath(request.path);
    const lane = deps.lanes[laneName];
    if (path === '/health') return sendJson(sink, 200, {}, '{"status":"ok"}');
    const trace = new Trace(deps, lane?.plan.name ?? '', laneName, request.headers['x-request-id']);
    const refuse = async (error: RouterError): Promise<void> => {
      const outcome = statusOf(error) >= 500 ? 'failed' : 'refused';
      await sendError(sink, error, trace.headers());
      trace.close(outcome, statusOf(error), error.code);
    };
    if (lane === undefined) return refuse(UNKNOWN_PATH);

    const key = await authenticate(deps.keys, request, deps.nowMs());
    if (key === null) return refuse(INVALID_KEY);
    trace.key = key;

    if (request.method === 'GET' && /^\/v1\/models(\/|$)/.test(path)) {
      const models = listModels(lane.plan, key.tenant, path.slice('/v1/models/'.length));
      if (typeof models !== 'string') return refuse(models);
      await sendJson(sink, 200, trace.headers(), models);
      return trace.close('answered', 200, null);
    }
    if (request.method !== 'POST' || path !== '/v1/chat/completions') return refuse(UNKNOWN_PATH);

    try {
      const error = await chatCompletion(deps, cooldown, lane, key, request, sink, trace);
      if (error !== null) await refuse(error);
    } catch (error) {
      // A fault of ours. Its text may hold anything, so only the kind of the error is told and logged.
      const fault: RouterError = {
        code: 'internal_error',
        message: `the router failed (${errorName(error)})`,
        param: null,
      };
      if (!sink.started) return refuse(fault);
      void sink.write(errorEvent(fault));
      await sink.end();
      trace.close('failed', 200, fault.code);
    }
  };
}

/** Answers, or says why not. */
async function chatCompletion(
  { ledger, nowMs }: RouterDeps,
  cooldown: Cooldown,
  lane: LaneRuntime,
  key: KeyRow,
  request: RouterRequest,
  sink: Sink,
  trace: Trace,
): Promise<RouterError | null> {
  const { plan, detectors } = lane;
  const body = readBody(request.body, plan);
  if ('code' in body) return body;

  const facts = readFacts({
    plan,
    detectors,
    endpoint: 'chat',
    tenant: key.tenant,
    keyFloor: key.floor,
    body: body.json,
    bodyBytes: request.body.length,
    headers: request.headers,
    nowMs,
  });
  if ('code' in facts) return facts;
  trace.facts = facts;

  const decision = decide(plan, facts, { cooling: cooldown.cooling(), spent: ledger.spent(key.tenant) });
  trace.decision = decision;
  if (isRefused(decision)) return refusal(plan, decision, facts.model);

  const input = { lane, ledger, cooldown, nowMs, request, trace, body, facts, decision };
  const answering = await askChain(input);
  if ('code' in answering) return answering;
  await deliver(input, answering, sink);
  return null;
}

/** The body as text and as JSON, with the few things checked that the router itself relies on. */
function readBody(body: RouterRequest['body'], plan: RouterPlan): CallerBody | RouterError {
  if (body === 'too_large') {
    return {
      code: 'request_too_large',
      message: `the body is larger than ${plan.limits.maxBodyBytes} bytes; send images by URL where the model takes them, or less history`,
      param: null,
    };
  }
  const text = body.toString('utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { code: 'invalid_json', message: 'the body is not valid JSON', param: null };
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return { code: 'invalid_json', message: 'the body is not a JSON object', param: null };
  }
  try {
    checkChatBody(json as JsonObject);
  } catch (error) {
    if (error instanceof CallerMistake) return { code: error.code, message: error.message, param: error.param };
    throw error;
  }
  return { text, json: json as JsonObject };
}

const isRefused = (decision: Decision): decision is Decision & { readonly error: ErrorCode } => decision.error !== null;

const errorName = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

const UNKNOWN_PATH: RouterError = {
  code: 'unknown_path',
  message: 'this router serves POST /v1/chat/completions, GET /v1/models and GET /health, and the same under /sealed',
  param: null,
};

const INVALID_KEY: RouterError = {
  code: 'invalid_api_key',
  message: 'the API key is missing, unknown or expired; send `Authorization: Bearer hk_…`',
  param: null,
};
