/** What an error body of Google's APIs says beyond its status and message. Source: https://google.aip.dev/193 */
import type { UpstreamFault } from '../dialect';
import { type JsonObject, isObject, parseObject } from '../json';
import { statusFault } from '../upstream-fault';

export function readFault(status: number, body: string): UpstreamFault {
  const text = unlisted(body);
  const details = detailsOf(text);
  // A key that is not valid is a 400 here, which would be the caller's mistake; it is the deployment's.
  const isKeyRefused = details.some(({ reason }) => reason === 'API_KEY_INVALID' || reason === 'API_KEY_EXPIRED');
  const fault = statusFault(isKeyRefused ? 401 : status, text);
  const retryAfterSeconds = details.map(({ retryDelay }) => secondsOf(retryDelay)).find((seconds) => seconds !== null);
  return retryAfterSeconds === undefined ? fault : { ...fault, retryAfterSeconds };
}

/** A streamed request may be refused with a list of one error. */
function unlisted(body: string): string {
  const text = body.trim();
  return text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : body;
}

function detailsOf(text: string): JsonObject[] {
  const error = parseObject(text)?.['error'];
  const details = isObject(error) ? error['details'] : null;
  return Array.isArray(details) ? details.filter(isObject) : [];
}

/** A protobuf duration: `"34.4s"`. */
function secondsOf(duration: unknown): number | null {
  const seconds = typeof duration === 'string' && /^\d+(\.\d+)?s$/.test(duration) ? parseFloat(duration) : 0;
  return seconds > 0 ? Math.ceil(seconds) : null;
}
