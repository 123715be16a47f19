/** A tool's name must be one that Gemini takes, in the request's tools and in its history alike. */
import { CallerMistake } from '../dialect';

const PATTERN = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$/;

export function checkToolName(name: string, param: string): void {
  if (PATTERN.test(name)) return;
  throw new CallerMistake(
    `Invalid '${param}': this model's provider allows up to 128 letters, digits, '_', '.', ':' and '-' in the name of ` +
      "a tool, and a letter or '_' as the first.",
    param,
  );
}
