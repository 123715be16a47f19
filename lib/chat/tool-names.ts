/** A tool's name must be one that Anthropic's Messages API and Bedrock's Converse take, in tools and history alike. */
import { CallerMistake } from './dialect';

const PATTERN = /^[a-zA-Z0-9_-]{1,64}$/;

export function checkToolName(name: string, param: string): void {
  if (PATTERN.test(name)) return;
  throw new CallerMistake(
    `Invalid '${param}': this model's provider allows 1 to 64 letters, digits, '_' and '-' in the name of a tool.`,
    param,
  );
}
