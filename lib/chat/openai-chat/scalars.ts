/** Top-level parameters that are one value; `null`: not given. */
import type { JsonObject } from '../json';
import { refuse } from './mistakes';

export function readNumber(param: string, body: JsonObject, max: number): number | null {
  const value = body[param] ?? null;
  if (value === null) return null;
  if (typeof value !== 'number' || value < 0 || value > max) refuse(param, `a number from 0 to ${max}`, value);
  return value;
}

export function readBoolean(param: string, body: JsonObject): boolean | null {
  const value = body[param] ?? null;
  if (value !== null && typeof value !== 'boolean') refuse(param, 'a boolean', value);
  return value;
}

export function readString(param: string, body: JsonObject): string | null {
  const value = body[param] ?? null;
  if (value !== null && typeof value !== 'string') refuse(param, 'a string', value);
  return value;
}
