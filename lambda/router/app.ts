/**
 * The router, top to bottom: path → key → body → facts → decision → chain of attempts → answer → ledger, record, metrics.
 *
 * Nothing is sent before the upstream has begun to answer, so that every failure up to there is made good elsewhere or
 * told with its own status; only a stream that waits long for a replica gets its status before. After that a failure is
 * an error event: no `finish_reason` and no `[DONE]` that the model did not send.
 */
import type { ErrorShape, Ingress } from '../../lib/chat/ingress';
import { own } from '../../lib/plan/own';
import type { RouterPlan } from '../../lib/plan/types';
import { type Decision, decide } from '../../lib/policy/decide';
import { type ErrorCode, type RouterError, statusOf } from '../../lib/policy/errors';
import { refusal } from '../../lib/policy/messages';
import { readFacts } from '../../lib/policy/read-facts';
import { type KeyRow, LOCAL_TENANT } from '../../lib/tables/key-row';
import { authenticate } from './authenticate';
import { askChain } from './ask-chain';
import { Cooldown } from './cooldown';
import { deliver } from './deliver';
import { Draining } from './draining';
import { InFlight } from './in-flight';
import { listModels } from './list-models';
import { readPath } from './path';
import { PATHS, errorsAt, ingressAt } from './protocols';
import { readBody } from './read-body';
import type { RouterRequest, Sink } from './request';
import { sendError, sendJson } from './respond';
import type { LaneRuntime, RouterDeps } from './runtime';
import { KeysUnavailable } from './stores/unavailable';
import { Trace } from './trace';

export type Router = (request: RouterRequest, sink: Sink) => Promise<void>;

export function createRouter(deps: RouterDeps): Router {
  const shared: Shared = {
    cooldown: new Cooldown(deps.nowMs),
    inFlight: new InFlight(deps.nowMs),
    draining: new Draining(deps.nowMs),
    held: new InFlight(deps.nowMs),
  };

  return async function route(request, sink) {
    const { lane: laneName, path } = readPath(request.path);
    if (path === '/health') return sendJson(sink, 200, {}, '{"status":"ok"}');
    const trace = new Trace(deps, laneName, request.headers['x-request-id']);
    if (request.method === 'OPTIONS') {
      // No permission for other origins: a key does not belong into a page that a browser shows.
      sink.start(204, { ...trace.headers(), allow: 'GET, HEAD, POST, OPTIONS' });
      return sink.end();
    }
    const afterwards: Promise<void>[] = [];
    const found = ingressAt(path);
    const ingress = found instanceof Promise ? await found : found;
    const errors = ingress?.errors ?? (await errorsAt(path));
    try {
      const error = await answer(deps, shared, deps.lanes[laneName], path, ingress, request, sink, trace, afterwards);
      if (error !== null) await refuse(error, sink, trace, errors);
    } catch (error) {
      if (error instanceof KeysUnavailable) return refuse(error.told, sink, trace, errors);
      // A fault of ours. Its text may hold anything, so only the kind of the error is told and logged.
      const kind = error instanceof Error ? error.name : typeof error;
      const fault = { code: 'internal_error', message: `the router failed (${kind})`, param: null } as const;
      await refuse(fault, sink, trace, errors);
    } finally {
      // The caller has all of it by now; a process that is put to sleep here would not write.
      await Promise.all(afterwards);
    }
  };
}

/** What requests share, whatever their lane. */
interface Shared {
  readonly cooldown: Cooldown;
  readonly inFlight: InFlight;
  readonly draining: Draining;
  /** Requests that wait for each fleet. */
  readonly held: InFlight;
}

async function refuse(error: RouterError, sink: Sink, trace: Trace, errors: ErrorShape): Promise<void> {
  if (trace.isClosed) return;
  if (sink.started) await sink.end(errors.event(error, trace.requestId));
  else await sendError(sink, error, trace.headers(), errors);
  const status = statusOf(error);
  trace.close(status >= 500 ? 'failed' : 'refused', status, error.code);
}

/** Answers, or says why not. */
async function answer(
  deps: RouterDeps,
  shared: Shared,
  lane: LaneRuntime | undefined,
  path: string,
  ingress: Ingress | null,
  request: RouterRequest,
  sink: Sink,
  trace: Trace,
  afterwards: Promise<void>[],
): Promise<RouterError | null> {
  if (lane === undefined) return UNKNOWN_PATH;
  const key = await authenticate(deps.keys, request, deps.nowMs());
  // A key outlives its tenant's entry: without one it has no limits, so it has no rights either.
  if (key === null || !isTenant(lane.plan, key.tenant)) return INVALID_KEY;
  trace.key = key;

  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (isRead && /^\/v1\/models(\/|$)/.test(path)) {
    const models = listModels(lane.plan, key.tenant, path.slice('/v1/models/'.length));
    if (typeof models !== 'string') return models;
    await sendJson(sink, 200, trace.headers(), models);
    trace.close('answered', 200, null);
    return null;
  }
  if (path === '/v1/messages/count_tokens') return NOT_COUNTED;
  if (request.method !== 'POST' || ingress === null) return UNKNOWN_PATH;
  return ask(deps, shared, lane, key, ingress, request, sink, trace, afterwards);
}

const isTenant = (plan: RouterPlan, name: string): boolean =>
  name === LOCAL_TENANT || own(plan.tenants, name) !== undefined;

async function ask(
  { ledger, nowMs }: RouterDeps,
  shared: Shared,
  lane: LaneRuntime,
  key: KeyRow,
  ingress: Ingress,
  request: RouterRequest,
  sink: Sink,
  trace: Trace,
  afterwards: Promise<void>[],
): Promise<RouterError | null> {
  const { plan, detectors } = lane;
  const body = readBody(request, ingress, plan);
  if ('code' in body) return body;

  const facts = readFacts({
    plan,
    detectors,
    ingress,
    tenant: key.tenant,
    keyFloor: key.floor,
    body: body.json,
    bodyText: body.text,
    bodyBytes: request.body.length,
    headers: request.headers,
    nowMs,
  });
  if ('code' in facts) return facts;
  trace.facts = facts;

  const decision = decide(plan, facts, {
    cooling: shared.cooldown.cooling(Object.keys(plan.models)),
    spent: ledger.spent(key.tenant),
  });
  trace.decision = decision;
  if (isRefused(decision)) return refusal(plan, decision, String(body.json['model']).slice(0, 256));

  const leftMs = (): number => Math.min(plan.limits.totalMs, request.remainingMs) - trace.elapsedMs();
  const input = { ...shared, lane, ledger, nowMs, leftMs, request, trace, body, facts, decision, afterwards };
  const answering = await askChain(input, sink);
  if ('code' in answering) return answering;
  if (answering.kind === 'client_gone') {
    await sink.end();
    trace.close('client_gone', NOBODY_LISTENS, null);
    return null;
  }
  await deliver(input, answering, sink);
  return null;
}

/** As nginx logs a caller that went before its answer. */
const NOBODY_LISTENS = 499;

const isRefused = (decision: Decision): decision is Decision & { readonly error: ErrorCode } => decision.error !== null;

const UNKNOWN_PATH: RouterError = {
  code: 'unknown_path',
  message: `this router serves POST ${PATHS.join(', ')}, GET /v1/models and GET /health, and the same under /sealed`,
  param: null,
};

/** An estimate told as a count would be worse: who asks counts by itself when it gets none. */
const NOT_COUNTED: RouterError = {
  code: 'unknown_path',
  message:
    'this router counts no tokens: each model counts them in its own way, and the answer says how many there were',
  param: null,
};

const INVALID_KEY: RouterError = {
  code: 'invalid_api_key',
  message: 'the API key is missing, unknown or expired; send `Authorization: Bearer hk_…` or `x-api-key: hk_…`',
  param: null,
};
