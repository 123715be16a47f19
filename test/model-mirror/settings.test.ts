import { readSettings } from '../../lambda/model-mirror/settings';

const FULL = { MODEL: 'Qwen/Qwen3-8B', BUCKET: 'acme', PREFIX: 'weights' };

test('what is left out has its default', () => {
  expect(readSettings(FULL)).toEqual({
    model: 'Qwen/Qwen3-8B',
    revision: 'main',
    bucket: 'acme',
    prefix: 'weights',
    hubUrl: 'https://huggingface.co',
    token: null,
  });
});

test('the hub and the token may be others', () => {
  const settings = readSettings({ ...FULL, HF_ENDPOINT: 'https://hub.example/', HF_TOKEN: ' hf_x\n', REVISION: 'v1' });
  expect(settings).toMatchObject({ hubUrl: 'https://hub.example', token: 'hf_x', revision: 'v1' });
});

test.each([
  [{ ...FULL, MODEL: '' }, /MODEL is not set: start the build with MODEL/],
  [{ ...FULL, MODEL: 'a/../b' }, /MODEL must be OWNER\/NAME/],
  [{ ...FULL, MODEL: 'a/b/c' }, /MODEL must be OWNER\/NAME/],
  [{ ...FULL, REVISION: '../x' }, /REVISION must be a commit/],
  [{ ...FULL, HF_ENDPOINT: 'http://hub.example' }, /HF_ENDPOINT must begin with https/],
  [{ ...FULL, HF_ENDPOINT: 'hub' }, /HF_ENDPOINT must begin with https/],
  [{ MODEL: 'a/b', PREFIX: 'weights' }, /BUCKET is not set/],
])('fails for %j', (env, message) => {
  expect(() => readSettings(env)).toThrow(message);
});
