/** What is known of a model of Bedrock by its id: `anthropic.claude-…`, a profile `us.anthropic.claude-…`, or an ARN. */
import { CallerMistake } from '../dialect';

/** Makers whose models take other parameters than the rest. */
export type Maker = 'anthropic' | 'openai' | 'mistral';

/** `null`: any other, or an id that does not tell, such as an application's profile. */
export function makerOf(model: string): Maker | null {
  return (/(?:^|[./])(anthropic|openai|mistral)\./.exec(model)?.[1] ?? null) as Maker | null;
}

/** The id becomes a part of the path, and where the config has a wildcard it is the caller's own text. */
export function checkModelId(model: string): void {
  if (/^[\w.:/-]+$/.test(model) && !/^\.+$/.test(model)) return;
  throw new CallerMistake("Invalid 'model': expected an id or an ARN of Bedrock after the name's beginning.", 'model');
}
