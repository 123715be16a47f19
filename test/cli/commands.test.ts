/** `validate`, `explain` and `keys` as a user runs them. */
import { readFileSync } from 'node:fs';
import { run, runAlone, tempFile } from '../support/cli';

const EXAMPLE = 'config/hybrid-llm.yaml';
const example = (): string => readFileSync(EXAMPLE, 'utf8');

describe('validate', () => {
  test('finds no error in the example and prints who may serve what', async () => {
    const { code, stdout } = await runAlone({}, 'validate', '--config', EXAMPLE);
    expect(code).toBe(0);
    expect(stdout).toContain('expectations: 2 of 2 hold');
    expect(stdout).toMatch(/^fast\s+vpc\s+yes\s+yes\s+yes$/m);
    expect(stdout).toMatch(/^claude\s+agreement\s+yes\s+yes\s+-$/m);
    expect(stdout).toMatch(/^flash\s+external\s+yes\s+-\s+-$/m);
    expect(stdout).toMatch(/^nova\s+region\s+yes\s+yes\s+-$/m);
    expect(stdout).toMatch(/^lab\s+vpc\s+yes\s+yes\s+yes$/m);
  });

  test('names a mistake with path, line, found, allowed and fix, exit code 2, no stack', async () => {
    const file = tempFile('wrong.yaml', example().replace('fast: { fleet: llama-8b', 'fast: { fleet: llama-80b'));
    const { code, stderr } = await runAlone({}, 'validate', '--config', file);
    expect(code).toBe(2);
    expect(stderr).toMatch(/wrong\.yaml:\d+:\d+/);
    for (const part of ['models.fast.fleet', 'llama-80b', 'llama-8b', 'found', 'allowed'])
      expect(stderr).toContain(part);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('ends with 3 where an expectation does not hold, and says which', async () => {
    const file = tempFile('unmet.yaml', example().replace('first: claude', 'first: fast'));
    const { code, stderr } = await runAlone({}, 'validate', '--config', file);
    expect(code).toBe(3);
    expect(stderr).toContain('expect[1].first: expected fast, found claude');
  });

  test('prints findings, matrix and unmet expectations as JSON', async () => {
    const { code, stdout } = await run('validate', '--config', EXAMPLE, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      unmet: [],
      matrix: expect.arrayContaining([
        { model: 'fast', boundary: 'vpc', serves: { public: true, internal: true, restricted: true } },
      ]) as unknown,
    });
  });

  test('says what to do where there is no config', async () => {
    const { code, stderr } = await run('validate', '--config', '/nowhere/hybrid-llm.yaml');
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('cannot read the config /nowhere/hybrid-llm.yaml (ENOENT)'),
    ]);
  });
});

describe('explain', () => {
  const explain = async (...args: string[]): Promise<Record<string, unknown>> => {
    const { code, stdout } = await run('explain', '--config', EXAMPLE, '--json', ...args);
    expect(code).toBe(0);
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  test('says why a request has its class and why each model is asked or not', async () => {
    expect(await explain('--task', 'user_facing_chat', 'my card is 4111 1111 1111 1111')).toEqual({
      class: { value: 'restricted', from: [{ source: 'detector', where: 'messages[0].content', detector: 'card' }] },
      task: { value: 'user_facing_chat', from: 'x-hybrid-task' },
      route: 'restricted',
      chain: [{ model: 'fast', target: 'llama-8b/meta-llama/Llama-3.1-8B-Instruct', boundary: 'vpc', use: true }],
      set: { maxTokens: 2048, temperature: 0.3 },
      estimate: { promptTokensMax: expect.any(Number) as number, usdMax: 0 },
    });
  });

  test('gives the error a request would get, with the reasons', async () => {
    expect(await explain('--class', 'restricted', '--model', 'claude', 'hi')).toMatchObject({
      error: 'boundary_forbidden',
      chain: [{ model: 'claude', use: false, reason: 'boundary_forbidden' }],
    });
  });

  test.each([
    ['--model claude hi', /^ask .* claude/m],
    ['--model claude --class restricted hi', /^error {3}boundary_forbidden: a restricted request may go no further/m],
    ['--model nope hi', /^error {3}model_not_found: the model `nope` does not exist/m],
  ])('says of %s what the caller would be told', async (args, said) => {
    const { code, stdout } = await run('explain', '--config', EXAMPLE, ...args.split(' '));
    expect(stdout).toMatch(said);
    expect(code).toBe(0);
  });

  test('bounds the cost of the first model asked', async () => {
    const { estimate } = (await explain('--task', 'agentic', 'hi')) as {
      estimate: { promptTokensMax: number; usdMax: number };
    };
    // claude-sonnet-5: 4 dollars a million to keep the prompt an hour, 10 for what is answered, 4096 tokens by the route.
    expect(estimate.usdMax).toBeCloseTo((estimate.promptTokensMax * 4 + 4096 * 10) / 1e6, 10);
  });

  test('reads a whole body and never prints what was matched', async () => {
    const body = tempFile(
      'body.json',
      JSON.stringify({ model: 'auto', messages: [{ role: 'user', content: 'IBAN DE89 3704 0044 0532 0130 00' }] }),
    );
    for (const json of [['--json'], []]) {
      const { stdout, stderr } = await run('explain', '--config', EXAMPLE, '--body', body, ...json);
      expect(stdout).toContain('iban');
      expect(stdout + stderr).not.toMatch(/3704|DE89/);
    }
  });

  test('prints one line a model for people', async () => {
    const { stdout } = await runAlone({}, 'explain', '--config', EXAMPLE, '--tenant', 'research', 'hi');
    expect(stdout).toMatch(/^class {3}internal/m);
    expect(stdout).toMatch(/^ask {5}fast .* vpc$/m);
  });

  test.each([
    [['--task', 'knitting'], '--task is `knitting`; allowed: classification'],
    [['--tenant', 'nobody'], '--tenant is `nobody`; there are: local, research'],
    [['--body', '/nowhere.json'], '--body /nowhere.json'],
  ])('refuses %j with exit code 2', async (args, said) => {
    const { code, stderr } = await run('explain', '--config', EXAMPLE, ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(said);
  });
});

describe('keys', () => {
  test('shows a key once and stores its hash', async () => {
    const file = tempFile('keys.json', '[]');
    const { code, stdout } = await runAlone(
      {},
      'keys',
      'create',
      '--file',
      file,
      '--tenant',
      'research',
      '--floor',
      'internal',
      '--expires',
      '2030-01-31',
    );
    expect(code).toBe(0);
    const key = stdout.trim();
    expect(key).toMatch(/^hk_[\w-]{43}$/);
    expect(readFileSync(file, 'utf8')).not.toContain(key);

    const listed = await run('keys', 'list', '--file', file);
    expect(listed.stdout).toMatch(/^[0-9a-f]{8} {2}research {2}internal {2}2030-01-31$/m);
    const id = listed.stdout.slice(0, 8);
    expect((await run('keys', 'revoke', '--file', file, id)).code).toBe(0);
    expect((await run('keys', 'list', '--file', file)).stdout).toBe('');
  });

  test.each([
    [['create', '--file', 'x.json'], '--tenant is missing'],
    [['create', '--tenant', 'a'], '--tenant is `a`; the config has: local, research'],
    [['create', '--file', '/tmp/none.json', '--tenant', 'a', '--expires', 'soon'], '--expires is `soon`'],
    [['revoke', '--file', '/nowhere.json', 'abc'], 'cannot be read'],
    [['polish'], '`keys polish` is not known; allowed: create, list, revoke'],
  ])('refuses %j with exit code 2 and no stack', async (args, said) => {
    const { code, stderr } = await run('keys', ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(said);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

test('without a command, or with one that is not known, the commands are listed', async () => {
  expect((await runAlone({})).stdout).toMatch(/validate[\s\S]*explain[\s\S]*serve[\s\S]*keys/);
  const { code, stderr } = await runAlone({}, 'fly');
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(/^hybrid-llm: no command `fly`; there are: init, .*validate, .*serve, .*keys\b.*\n$/),
  ]);
});
