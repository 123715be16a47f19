import { type HubFile, selectFiles } from '../../lambda/model-mirror/select-files';

const filesAt = (...paths: string[]): HubFile[] =>
  paths.map((path) => ({ path, sizeBytes: 1, sha256: 'a'.repeat(64), gitBlob: null }));
const selected = (...paths: string[]): string[] => selectFiles('acme/model', filesAt(...paths)).map(({ path }) => path);

test('weights, tokenizer, configuration and templates are taken, small files first', () => {
  const all = [
    '.gitattributes',
    'LICENSE',
    'README.md',
    'chat_template.jinja',
    'config.json',
    'merges.txt',
    'model-00001-of-00002.safetensors',
    'model-00002-of-00002.safetensors',
    'model.safetensors.index.json',
    'tokenizer.json',
    'tokenizer.model',
    'training_notes.txt',
    'vocab.txt',
  ];
  expect(selected(...all)).toEqual([
    'chat_template.jinja',
    'config.json',
    'merges.txt',
    'model.safetensors.index.json',
    'tokenizer.json',
    'tokenizer.model',
    'vocab.txt',
    'model-00001-of-00002.safetensors',
    'model-00002-of-00002.safetensors',
  ]);
});

test('nothing that can hold code is taken, even beside safetensors', () => {
  expect(
    selected('model.safetensors', 'modeling_acme.py', 'pytorch_model.bin', 'training_args.bin', 'x.pt', 'x.pkl'),
  ).toEqual(['model.safetensors']);
});

test('the same weights in another layout or for another engine are not taken twice', () => {
  expect(selected('model.safetensors', 'consolidated.safetensors', 'params.json')).toEqual([
    'params.json',
    'model.safetensors',
  ]);
  expect(
    selected(
      'model.safetensors',
      'original/model.safetensors',
      'original/config.json',
      'onnx/config.json',
      'metal/model.safetensors',
    ),
  ).toEqual(['model.safetensors']);
});

test('weights that exist in the publisher’s layout only are taken', () => {
  expect(selected('consolidated.safetensors')).toEqual(['consolidated.safetensors']);
});

test('the parts of an embedding model in folders are taken', () => {
  expect(selected('model.safetensors', 'modules.json', '1_Pooling/config.json', '2_Dense/model.safetensors')).toEqual([
    'modules.json',
    '1_Pooling/config.json',
    'model.safetensors',
    '2_Dense/model.safetensors',
  ]);
});

test('fails for a model of pickles, saying what it would need', () => {
  expect(() => selected('config.json', 'pytorch_model.bin')).toThrow(
    /acme\/model is refused: its weights are pickles \(pytorch_model.bin\), which run code.*with safetensors/,
  );
});

test('fails for a model without weights that an engine can load', () => {
  expect(() => selected('config.json', 'model.gguf')).toThrow(/no safetensors at its top/);
  expect(() => selected('config.json', 'original/model.safetensors')).toThrow(/no safetensors at its top/);
});

test('fails for a model with a shard missing, naming it', () => {
  expect(() => selected('model-00001-of-00003.safetensors', 'model-00003-of-00003.safetensors')).toThrow(
    /incomplete on the hub: model-00002-of-00003.safetensors is missing/,
  );
});
