/** Where we read a stream otherwise than the AI SDK, on purpose. */
import type { Reading } from './reading';

export interface ArguedDifference {
  readonly name: string;
  readonly field: keyof Reading;
  readonly theirs: unknown;
  readonly ours: unknown;
  readonly why: string;
}

const OF_SEVERAL =
  'The stream has two answers, as the caller of `n: 2` wants them. The AI SDK never asks for more than one, and mixes them.';

export const arguedDifferences: readonly ArguedDifference[] = [
  { name: 'own/openai-compatible/twoChoices', field: 'text', theirs: 'ab', ours: 'a', why: OF_SEVERAL },
  { name: 'own/openai-compatible/twoChoices', field: 'finish', theirs: 'length', ours: 'stop', why: OF_SEVERAL },
  { name: 'own/google/twoCandidates', field: 'text', theirs: 'AXB', ours: 'AB', why: OF_SEVERAL },
  {
    name: 'own/google/toolsInPieces',
    field: 'calls',
    theirs: [
      { name: 'tool_a', arguments: { q: 'Boston', list: [{ n: 1 }] } },
      { name: 'tool_b', arguments: { $: true } },
    ],
    ours: [
      { name: 'tool_a', arguments: { q: 'Boston', list: [{ n: 1 }] } },
      { name: 'tool_b', arguments: { 'a b': true } },
    ],
    why: "A JSON path writes a name that is no identifier as `$['a b']` (RFC 9535, 2.3.1); the AI SDK reads names behind dots only.",
  },
  {
    name: 'own/amazon-bedrock/windowExceeded',
    field: 'finish',
    theirs: 'other',
    ours: 'length',
    why: 'The answer was cut because the context was full (`model_context_window_exceeded`). From Anthropic itself the AI SDK reads the same word as `length`; its list for Bedrock lacks it.',
  },
];
