/** No finding repeats what may be a secret, wherever it was pasted. */
import { formatFinding } from '../../lib/config/findings';
import { parseConfig } from '../../lib/config/parse';
import { looksLikeKey, redact, shown } from '../../lib/config/secrets';
import { BASE, edited } from './base';

const KEYS = [
  'sk-proj-0aB1cD2eF3gH4iJ5kL6mN7',
  'sk-ant-api03-AbCdEfGhIjKl',
  'AIzaSyA1234567890abcdefghijklmnopqrstu',
  'AKIAIOSFODNN7EXAMPLE',
  'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
  'hk_0123456789abcdef',
  '3f2a9c81d07b4e65a1f0c9d8e7b6a5f4',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln',
];

const NAMES = [
  'acme/anthropic',
  'prod/openai-key',
  'MyCompanyOpenAiSecretKeyV2',
  'acme/2026/llm-gateway/anthropic-production',
  'meta-llama/Llama-3.1-8B-Instruct',
  'mistralai/Mixtral-8x22B-Instruct-v0.1',
  'us.anthropic.claude-3-5-sonnet-20241022-v2:0',
  'gemini-3.5-flash-lite',
  'task:complex_reasoning',
];

test.each(KEYS)('takes %s for a key', (key) => expect(looksLikeKey(key)).toBe(true));
test.each(NAMES)('takes %s for a name', (name) => expect(looksLikeKey(name)).toBe(false));

test('no finding holds a key, wherever in the file it is pasted', () => {
  const words = [...BASE.matchAll(/(?<=[ [{]|'|^)[A-Za-z0-9@./-]+(?=['\]},:\s])/gm)];
  let findings = 0;
  for (const [turn, { index, 0: word }] of words.entries()) {
    const key = KEYS[turn % KEYS.length] ?? '';
    for (const finding of parseConfig(BASE.slice(0, index) + key + BASE.slice(index + word.length)).findings) {
      findings += 1;
      expect(JSON.stringify(finding) + formatFinding(finding, 'c.yaml')).not.toContain(key);
    }
  }
  expect(findings).toBeGreaterThan(200);
});

test.each([
  ['a password of plain words', ['secret: acme/gemini', 'secret: correct horse battery']],
  ['a number', ['secret: acme/gemini', 'secret: 48151623']],
  ['a list', ['secret: acme/gemini', 'secret: [correct horse battery, 48151623]']],
  ['a mapping', ['secret: acme/gemini', 'secret: { correct horse battery: 48151623 }']],
  ['a key of its own', ['secret: acme/gemini', 'apiKey: correct horse battery 48151623']],
  ['a user in an address', ['http://10.0.7.4:11434/v1', 'http://correct horse battery:48151623@10.0.7.4']],
  ['a user in no address', ["'http://10.0.7.4:11434/v1'", '48151623:pass@10.0.7.4']],
  ['a query', ['http://10.0.7.4:11434/v1', 'http://llm.acme.example?k=48151623']],
  ['a long address', ['http://10.0.7.4:11434/v1', `http://u:${'48151623'.repeat(20)}@x.example?48151623`]],
] as const)('no finding holds what may be secret by where it stands: %s', (_, edit) => {
  const { findings } = parseConfig(edited(edit));
  expect(findings.length).toBeGreaterThan(0);
  const said = findings.map((finding) => JSON.stringify(finding) + formatFinding(finding, 'c.yaml')).join();
  expect(said).not.toMatch(/correct horse|48151623/);
});

test('shows numbers of tokens, which are no secrets', () => {
  expect(shown(512, ['routes', 0, 'set', 'maxTokens'])).toBe('512');
  expect(shown('many', ['tenants', 'a', 'tokensPerMinute'])).toBe('"many"');
  expect(shown('abc', ['providers', 'x', 'apiToken'])).not.toContain('abc');
});

test('leaves of an address what is no secret', () => {
  expect(redact('https://me:pw@host.example/v1?key=1')).toBe('https://…@host.example/v1?…');
});
