/** Providers' keys: out of the environment or out of Secrets Manager, and never anywhere but to their provider. */
import { managedSecrets } from '../../lambda/router/stores/secrets';
import { bind } from '../../lib/plan/bind';
import { keyOfSecret } from '../../lib/plan/secret-value';
import type { TableFailure } from '../../lib/records/table-failure';
import { planOf } from '../support/plans';

describe('a secret holds', () => {
  test.each([
    ['the key itself', 'sk-1', 'sk-1'],
    ['the key with a line end', 'sk-1\r\n', 'sk-1'],
    ['JSON with an apiKey', '{"apiKey":"sk-1","owner":"me"}', 'sk-1'],
    ['JSON with one value', ' {"OPENAI":"sk-1"}\n', 'sk-1'],
    ['JSON with several values and no apiKey', '{"a":"sk-1","b":"sk-2"}', null],
    ['JSON with a value that is no text', '{"apiKey":{"x":1}}', null],
    ['JSON with nothing in it', '{}', null],
    ['braces that are no JSON', '{sk-1', '{sk-1'],
    ['what no header can hold', 'sk 1', null],
    ['nothing', '', null],
  ])('%s', (_, secret, key) => {
    expect(keyOfSecret(secret)).toBe(key);
  });
});

test('bindings are read by logical name: keys here, places in an account', () => {
  const plan = planOf();
  expect(
    bind(plan, {
      HYBRID_LLM_SECRET_A_ANTHROPIC: ' sk-1\n',
      HYBRID_LLM_SECRET_ARN_A_OPENAI: 'arn:x',
      HYBRID_LLM_SECRET_OTHER: 'sk-2',
      HYBRID_LLM_KEYS_TABLE: 'keys',
      HYBRID_LLM_LEDGER_TABLE: '',
      HYBRID_LLM_FLEET_TABLE_LLAMA: 'fleets',
    }),
  ).toEqual({
    secrets: { 'a/anthropic': 'sk-1' },
    secretArns: { 'a/openai': 'arn:x' },
    keysTable: 'keys',
    ledgerTable: null,
    fleetTables: { llama: 'fleets' },
  });
});

describe('a key in Secrets Manager', () => {
  let now = 0;
  let secret: string | Error = 'sk-1';
  let reads = 0;
  const failures: TableFailure[] = [];
  const store = () =>
    managedSecrets({
      arns: { 'a/openai': 'arn:openai' },
      getSecret: async () => {
        reads += 1;
        if (secret instanceof Error) throw secret;
        return secret;
      },
      nowMs: () => now,
      report: (failure) => failures.push(failure),
    });
  beforeEach(() => {
    now = reads = failures.length = 0;
    secret = 'sk-1';
  });

  test('is read once for many requests and again after five minutes', async () => {
    const secrets = store();
    expect(await Promise.all([secrets.find('a/openai'), secrets.find('a/openai')])).toEqual(['sk-1', 'sk-1']);
    now = 239_000;
    await secrets.find('a/openai');
    expect(reads).toBe(1);
    secret = 'sk-2';
    now = 300_000;
    expect(await secrets.find('a/openai')).toBe('sk-2');
  });

  test('that cannot be read again is used as it was', async () => {
    const secrets = store();
    await secrets.find('a/openai');
    secret = new Error('down');
    now = 24 * 3_600_000;
    expect(await secrets.find('a/openai')).toBe('sk-1');
  });

  test('that cannot be read at all is missing, and its failure does not tell it', async () => {
    secret = Object.assign(new Error('sk-1 is in this text'), { name: 'AccessDeniedException' });
    expect(await store().find('a/openai')).toBeUndefined();
    expect(failures).toEqual([
      { table: 'secrets', operation: 'read', error: 'AccessDeniedException', detail: { secret: 'a/openai' } },
    ]);
  });

  test('that is not bound is missing', async () => {
    expect(await store().find('a/other')).toBeUndefined();
    expect(reads).toBe(0);
  });

  test('that is written after it was first looked for is found soon', async () => {
    secret = '';
    const secrets = store();
    expect(await secrets.find('a/openai')).toBeUndefined();
    secret = 'sk-1';
    now = 10_000;
    expect(await secrets.find('a/openai')).toBe('sk-1');
  });
});
