/** Text between a prompt and a suffix: engines take a prompt only, in which the model's own marks show the two sides. */
import type { ChatCall } from '../dialect';
import { isGiven, unsupported } from '../openai-chat/mistakes';
import { splice } from '../splice';

/** The call with both sides in its prompt. Throws `CallerMistake` for a prompt that is no text. */
export function infilled(call: ChatCall): ChatCall {
  const { suffix, prompt } = call.body;
  if (!isGiven(suffix) || call.infill === null) return call;
  if (typeof prompt !== 'string')
    unsupported('suffix', 'this model fills in the middle of one prompt, given as a string');
  const sides: Readonly<Record<string, string>> = { '{prefix}': prompt, '{suffix}': String(suffix) };
  // One pass: what stands in one side is not looked at again.
  const filled = call.infill.replace(/\{prefix\}|\{suffix\}/g, (side) => sides[side] ?? side);
  const text = splice(call.text, { set: { prompt: JSON.stringify(filled) }, remove: ['suffix'] });
  return { ...call, text, body: { ...call.body, prompt: filled, suffix: null } };
}
