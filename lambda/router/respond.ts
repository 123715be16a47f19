/** What the caller is told besides the answer: headers and errors. */
import type { ErrorShape } from '../../lib/chat/ingress';
import type { ChainEntry, Decision } from '../../lib/policy/decide';
import { type RouterError, statusOf } from '../../lib/policy/errors';
import type { Guarantee } from '../../lib/records/decision-record';
import type { Sink } from './request';

export type Headers = Record<string, string>;

export function sendJson(sink: Sink, status: number, headers: Headers, body: string): Promise<void> {
  sink.start(status, {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  });
  return sink.end(body);
}

export function sendError(sink: Sink, error: RouterError, headers: Headers, { body }: ErrorShape): Promise<void> {
  const retry: Headers =
    error.retryAfterSeconds === undefined ? {} : { 'retry-after': String(error.retryAfterSeconds) };
  return sendJson(sink, statusOf(error), { ...headers, ...retry }, body(error, headers['x-request-id'] ?? ''));
}

export const STREAM_HEADERS: Readonly<Headers> = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
};

export interface Told {
  readonly requestId: string;
  readonly guarantee: Guarantee;
  readonly decision: Decision | null;
  readonly attempts: number;
  readonly answered: ChainEntry | null;
  readonly dropped: readonly string[];
  readonly set: readonly string[];
  readonly costUsd: number | null;
}

export function hybridHeaders(told: Told): Headers {
  const headers: Headers = {
    // As OpenAI's clients read it, and as Anthropic's do.
    'x-request-id': told.requestId,
    'request-id': told.requestId,
    'x-hybrid-guarantee': told.guarantee,
  };
  if (told.decision !== null) headers['x-hybrid-class'] = told.decision.class.value;
  if (told.decision?.route != null) headers['x-hybrid-route'] = told.decision.route;
  if (told.attempts > 0) headers['x-hybrid-attempts'] = String(told.attempts);
  if (told.answered !== null) {
    headers['x-hybrid-model'] = headerText(told.answered.model);
    headers['x-hybrid-target'] = headerText(told.answered.target);
  }
  if (told.dropped.length > 0) headers['x-hybrid-dropped-params'] = headerList(told.dropped);
  if (told.set.length > 0) headers['x-hybrid-set-params'] = headerList(told.set);
  if (told.costUsd !== null) headers['x-hybrid-cost-usd'] = formatUsd(told.costUsd);
  return headers;
}

/** Decimal, never in exponents, so that any client reads it as a number. */
export const formatUsd = (usd: number): string => usd.toFixed(10).replace(/\.?0+$/, '');

/** Names of parameters may be the caller's own inventions: those that look like none are only counted. */
function headerList(names: readonly string[]): string {
  const shown = names.filter((name) => /^[a-z][a-z0-9_.=-]{0,39}$/i.test(name)).slice(0, MOST_LISTED);
  const left = names.length - shown.length;
  return [...shown, ...(left > 0 ? [`+${left}`] : [])].join(',');
}

const MOST_LISTED = 20;

/** Names may be the caller's own words (`openai/*`): nothing of them ends a header or is outside its alphabet. */
function headerText(text: string): string {
  return /^[\x20-\x7e]*$/.test(text)
    ? text
    : text.replace(/[^\x20-\x7e]/g, (odd) => encodeURIComponent(odd.toWellFormed()));
}
