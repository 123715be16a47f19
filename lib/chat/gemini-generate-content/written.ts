import type { JsonObject } from '../json';

/** A part of a request, with the caller's parameters that it leaves out and those that it changes. */
export interface Written {
  readonly fields: JsonObject;
  readonly dropped: readonly string[];
  readonly changed: readonly string[];
}
