import { checkWeights } from '../../lambda/host-agent/weights';
import { hostFile } from '../capacity/host-file';

const MANIFEST = {
  version: 1,
  model: 'meta-llama/Llama-3.1-8B-Instruct',
  files: [{ path: 'config.json' }, { path: 'model-00001-of-00002.safetensors' }],
};
const check = (text: string): void => checkWeights(hostFile(), text);

test('a manifest that the mirror wrote is enough', () => {
  expect(() => check(JSON.stringify(MANIFEST))).not.toThrow();
});

test.each<[string, string, RegExp]>([
  [
    'there is none',
    ' \n',
    /there is no s3:\/\/acme-models\/weights\/\S+\/manifest.json: copy the model into the model store first/,
  ],
  ['it is cut off', JSON.stringify(MANIFEST).slice(0, 50), /is no JSON: copy the model again/],
  [
    'it is of another model',
    JSON.stringify({ ...MANIFEST, model: 'Qwen/Qwen3-8B' }),
    /of another model, "Qwen\/Qwen3-8B"/,
  ],
  ['it names no model', JSON.stringify({ ...MANIFEST, model: undefined }), /of another model/],
  ['it lists no weights', JSON.stringify({ ...MANIFEST, files: [{ path: 'config.json' }] }), /lists no weights/],
  ['it lists nothing', JSON.stringify({ ...MANIFEST, files: undefined }), /lists no weights/],
  ['it is of a later mirror', JSON.stringify({ ...MANIFEST, version: 2 }), /has version 2, expected 1/],
])('the engine is not started where %s', (_name, text, message) => {
  expect(() => check(text)).toThrow(message);
});
