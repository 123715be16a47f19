import { imageUri, parseHostFile } from '../../lib/capacity/host-file';
import { hostFile } from './host-file';

const parse = (rest: object): unknown => parseHostFile(JSON.stringify({ ...hostFile(), ...rest }));

test('takes what the constructs write', () => {
  const file = hostFile({ adapters: { 'support-lora': 's3://acme-models/adapters/support' }, logBucket: '' });
  expect(parse(file)).toEqual(file);
});

test.each<[string, object, RegExp]>([
  ['a missing key', { fleetTable: undefined }, /fleetTable: expected a string that is not empty, got nothing/],
  ['an empty name', { fleet: '' }, /fleet: expected .* got ""/],
  ['a number in quotes', { context: '16384' }, /context: expected a whole number above 0, got "16384"/],
  ['no sequence at all', { concurrency: 0 }, /concurrency/],
  ['a folder with a slash at its end', { modelPrefix: 'weights/' }, /modelPrefix/],
  ['an image without a reference', { image: { registry: 'r', repository: 'vllm' } }, /image/],
  ['another kind', { kind: 'rerank' }, /kind: expected chat or embed, got "rerank"/],
  ['arguments in one string', { vllmArguments: '--enforce-eager' }, /vllmArguments/],
  ['an adapter that is not in S3', { adapters: { a: '/tmp/a' } }, /adapters/],
  ['an adapter whose name is a path', { adapters: { '../a': 's3://b/a' } }, /adapters/],
])('refuses %s', (_name, rest, message) => {
  expect(() => parse(rest)).toThrow(message);
});

test('names all that is wrong at once', () => {
  expect(() => parse({ fleet: '', context: 1.5 })).toThrow(/fleet: .*; context: /);
});

test.each([
  ['sha256:abc', 'registry/vllm@sha256:abc'],
  ['0.29-gpu', 'registry/vllm:0.29-gpu'],
])('an image by %s is %s', (reference, uri) => {
  expect(imageUri({ registry: 'registry', repository: 'vllm', reference })).toBe(uri);
});
