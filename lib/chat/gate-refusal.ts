/** What the gate of a replica answers while its host drains: it has passed nothing on, and will pass nothing on any more. */
import { isObject, parseObject } from './json';

/** As `gate.conf` has it. No engine says this word. */
export const DRAINING_CODE = 'draining';

export function isGateRefusal(status: number, text: string): boolean {
  if (status !== 503) return false;
  const error = parseObject(text)?.['error'];
  return isObject(error) && error['code'] === DRAINING_CODE;
}
