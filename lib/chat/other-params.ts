/** Parameters of the caller for which a protocol has no place: left out and listed, or refused. */
import { CallerMistake } from './dialect';
import type { HubRequest } from './hub';

/** By parameter: the value that asks for nothing, so that leaving it out changes nothing. */
const NEUTRAL: Readonly<Record<string, unknown>> = {
  n: 1,
  logprobs: false,
  top_logprobs: 0,
  presence_penalty: 0,
  frequency_penalty: 0,
  store: false,
};

/** Without these the answer would not be what was asked for. The rest is a hint, and is listed as dropped. */
const ESSENTIAL: readonly string[] = ['n', 'logprobs'];

/** The names of those left out. Throws `CallerMistake`. */
export function dropOther(other: HubRequest['other']): string[] {
  const names = Object.keys(other).filter((name) => !(Object.hasOwn(NEUTRAL, name) && NEUTRAL[name] === other[name]));
  const essential = names.find((name) => ESSENTIAL.includes(name));
  if (essential === undefined) return names;
  throw new CallerMistake(
    `Unsupported '${essential}': this model's provider has no such parameter.`,
    essential,
    'unsupported_parameter',
  );
}
