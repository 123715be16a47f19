/** An architecture in the config goes the way of a catalogue row. */
import { sizedModel } from '../../lib/sizing/model';
import { readArchitecture } from '../../lib/sizing/read-architecture';
import { LLAMA_8B, row, sized, SIZED } from './rows';

function architectureOf(value: Record<string, unknown>) {
  const read = readArchitecture(value);
  if ('problem' in read) throw new Error(JSON.stringify(read.problem));
  return read.architecture;
}

test.each(SIZED.filter(({ size }) => size.counted).map(({ model, size }) => [model.id, model, size] as const))(
  '%s written into a config is the same model',
  (_, model, size) => {
    expect(sizedModel(architectureOf({ ...model.architecture }))).toEqual(size);
  },
);

test('names of config.json are taken, and heads follow from the others', () => {
  const read = architectureOf({
    num_hidden_layers: 32,
    hidden_size: 4096,
    vocab_size: 128_256,
    tie_word_embeddings: false,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    intermediate_size: 14_336,
  });
  expect(sizedModel(read)?.parameters).toEqual(sized(LLAMA_8B).parameters);
});

test.each([
  ['a missing width', { hiddenSize: undefined }, ['hiddenSize']],
  ['a fraction', { layers: 1.5 }, ['layers']],
  ['an unknown name', { numLayers: 32 }, []],
  ['no width of the feed-forward', { intermediateSize: undefined }, ['intermediateSize']],
  ['heads that are not dealt out evenly', { kvHeads: 7 }, ['kvHeads']],
  ['more windows than layers', { slidingWindow: { layers: 33, tokens: 512 } }, ['slidingWindow', 'layers']],
  ['more layers with attention than layers', { attentionLayers: 33 }, ['attentionLayers']],
  [
    'more experts for a token than there are',
    { moe: { experts: 8, expertsPerToken: 9, intermediateSize: 1024 } },
    ['moe', 'expertsPerToken'],
  ],
])('fails on %s, and says where', (_, change, path) => {
  const read = readArchitecture({ ...row(LLAMA_8B).architecture, ...change });
  expect('problem' in read ? read.problem.path : null).toEqual(path);
});

test('what a whole config.json has besides is named, with the keys that there are', () => {
  const read = readArchitecture({ ...row(LLAMA_8B).architecture, model_type: 'llama', rope_theta: 500_000 });
  expect('problem' in read ? read.problem.message : '').toMatch(
    /^unknown model_type, rope_theta; .* layers, hiddenSize/,
  );
});
