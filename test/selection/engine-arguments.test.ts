/** The arguments by which an engine reads tool calls and reasoning out of what its model writes. */
import { models } from '../../config/catalog';
import { chosenOf } from './asked';

const SMALL = { context: 4096, concurrency: 4 };

const argumentsOf = (rest: Parameters<typeof chosenOf>[0]): readonly string[] =>
  chosenOf({ ...SMALL, ...rest }).choice.engineArguments;

/** The arguments that name a parser, and what switches it on. */
const parsersIn = (all: readonly string[]): readonly string[] => {
  const at = all.findIndex((one) => one === '--enable-auto-tool-choice' || one === '--reasoning-parser');
  return at < 0 ? [] : all.slice(at);
};

const TOOLS = ['--enable-auto-tool-choice', '--tool-call-parser'];

test.each([
  ['calls tools', 'meta-llama/Llama-3.1-8B-Instruct', [...TOOLS, 'llama3_json']],
  ['calls tools and reasons', 'Qwen/Qwen3-8B', [...TOOLS, 'hermes', '--reasoning-parser', 'qwen3']],
  ['writes harmony', 'openai/gpt-oss-20b', [...TOOLS, 'openai', '--reasoning-parser', 'openai_gptoss']],
  ['reasons only', 'deepseek-ai/DeepSeek-R1-Distill-Qwen-14B', ['--reasoning-parser', 'deepseek_r1']],
  ['does neither', 'microsoft/phi-4', []],
])('a model that %s: %s', (_, model, expected) => {
  expect(parsersIn(argumentsOf({ model }))).toEqual(expected);
});

test('weights that somebody shrank are read as the model is', () => {
  const chosen = chosenOf({ quantization: 'fp8' });
  expect(chosen.choice.checkpoint).not.toBe(chosen.facts.id);
  expect(parsersIn(chosen.choice.engineArguments)).toEqual([...TOOLS, 'llama3_json']);
});

test('a revision in the name changes nothing', () => {
  const model = 'Qwen/Qwen3-8B@0123abc';
  expect(parsersIn(argumentsOf({ model, quantization: 'bf16' }))).toContain('hermes');
});

test.each(['BAAI/bge-m3', 'Qwen/Qwen3-8B'])('an embedding fleet gets none: %s', (model) => {
  expect(parsersIn(argumentsOf({ model, kind: 'embed' }))).toEqual([]);
});

test('an architecture in the config gets none, whatever its name', () => {
  const model = 'Qwen/Qwen3-8B';
  const row = models.find(({ id }) => id === model);
  if (row?.architecture == null) throw new Error('no architecture');
  expect(parsersIn(argumentsOf({ model, architecture: { ...row.architecture } }))).toEqual([]);
});
