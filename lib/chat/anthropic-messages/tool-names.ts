/** A tool's name must be one that the Messages API takes, in the request's tools and in its history alike. */
import { CallerMistake } from '../dialect';

const PATTERN = /^[a-zA-Z0-9_-]{1,64}$/;

export function checkToolName(name: string, param: string): void {
  if (PATTERN.test(name)) return;
  throw new CallerMistake(
    `Invalid '${param}': this model's provider allows 1 to 64 letters, digits, '_' and '-' in the name of a tool.`,
    param,
  );
}
