/** `init` as a user runs it: questions on a fake terminal, answers by flags and JSON, a file that validates. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { UsageError } from '../../bin/commands/command';
import { collect } from '../../bin/init/collect';
import { DEFAULT_ANSWERS } from '../../lib/posture/answers';
import { run, runAlone, tempFile } from '../support/cli';

const folder = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-init-'));
jest.setTimeout(20_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newFile = (): string => path.join(folder, `config-${++files}.yaml`);

const ANSWERS = { region: 'eu-west-1', data: 'agreement', hardest: 'coding', operator: 'someone', tokensPerDay: 2e6 };
const FLAGS = ['--region', 'eu-west-1', '--data', 'agreement', '--hardest', 'coding', '--operator', 'someone'];

describe('init', () => {
  test('by flags writes a config that validates, and says posture and reason', async () => {
    const out = newFile();
    const agreements = ['--agreements', 'anthropic:zero-retention:MSA: "14",openai:dpa:OA-3'];
    const { code, stdout } = await runAlone(
      {},
      'init',
      '--out',
      out,
      ...FLAGS,
      '--tokens-per-day',
      '2M',
      ...agreements,
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Posture: closed models only$/m);
    expect(stdout).toMatch(
      /At 2,000,000 tokens a day closed models are cheaper\. A fleet would pay from about [\d,]+ tokens a day\./,
    );
    expect(readFileSync(out, 'utf8')).toContain('ref: "MSA: \\"14\\""');
    const validated = await run('validate', out);
    expect([validated.code, validated.stdout]).toEqual([0, expect.stringContaining('no errors') as string]);
  });

  test('by JSON, and by a file of it, says the same as JSON', async () => {
    const [one, other] = [newFile(), newFile()];
    const json = await run(
      'init',
      '--out',
      one,
      '--answers',
      JSON.stringify({ ...ANSWERS, data: 'account' }),
      '--json',
    );
    expect(JSON.parse(json.stdout)).toMatchObject({
      posture: 'private',
      reasons: ['data-stays', 'hard-on-open'],
      file: one,
    });
    const file = tempFile('answers.json', JSON.stringify(ANSWERS));
    // A flag goes before the file.
    expect((await run('init', '--out', other, '--answers', file, '--data', 'account')).code).toBe(0);
    expect(readFileSync(other, 'utf8')).toBe(readFileSync(one, 'utf8'));
  });

  test('--yes takes the defaults', async () => {
    const out = newFile();
    expect((await run('init', '--out', out, '--yes')).code).toBe(0);
    expect((await run('validate', out)).code).toBe(0);
  });

  test('keeps a file that is there, unless it is forced', async () => {
    const out = newFile();
    writeFileSync(out, 'mine');
    const kept = await run('init', '--out', out, '--yes');
    expect([kept.code, kept.stderr]).toEqual([2, expect.stringContaining('--force') as string]);
    expect(readFileSync(out, 'utf8')).toBe('mine');
    expect((await run('init', '--out', out, '--yes', '--force')).code).toBe(0);
    expect(readFileSync(out, 'utf8')).toContain('region:');
  });

  test.each([
    ['what is missing', [], /--data account \| region \| agreement \| anywhere/],
    ['an unknown word', ['--yes', '--data', 'moon'], /`data` is "moon"; allowed: account, region, agreement, anywhere/],
    ['a number that is none', ['--yes', '--tokens-per-day', 'lots'], /`tokensPerDay`/],
    ['what is no number', ['--yes', '--tokens-per-day=-5'], /`tokensPerDay` is no such number; allowed: NUMBER/],
    [
      'a name that no stack has',
      ['--yes', '--name', 'Bad Name'],
      /`name` is "Bad Name"; allowed: .*lower-case letters/,
    ],
    ['a context above the most', ['--yes', '--context', '1M'], /`context` is 1000000; allowed: .*131072/],
    ['an agreement of another kind', ['--yes', '--agreements', 'openai:word:7'], /`agreements\.openai\.kind`/],
    ['an unknown question', ['--yes', '--answers', '{"colour":1}'], /no question is called `colour`/],
    ['no JSON', ['--answers', '{'], /--answers is not JSON/],
    ['no file', ['--answers', '/nowhere.json'], /cannot be read \(ENOENT\)/],
    ['no such folder', ['--yes', '--out', '/nowhere/x.yaml'], /cannot be written \(ENOENT\)/],
    [
      'a region without the engine',
      ['--yes', '--data', 'account', '--region', 'us-gov-west-1'],
      /no image of the engine in us-gov-west-1/,
    ],
  ])('names %s, exit code 2, and writes nothing', async (_, args, message) => {
    const out = newFile();
    const { code, stderr } = await run('init', '--out', out, ...args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message) as string]);
    expect(existsSync(out)).toBe(false);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe('the questions', () => {
  /** A terminal at which somebody types these lines. */
  function terminal(...lines: string[]): { ask: (text: string) => Promise<string>; prompts: string[] } {
    const prompts: string[] = [];
    return { prompts, ask: async (text) => (prompts.push(text), lines.shift() ?? '') };
  }
  const sources = { given: {}, yes: false, environment: { AWS_REGION: 'eu-north-1' } };

  test('an empty line takes the default, which is shown', async () => {
    const { ask, prompts } = terminal();
    expect(await collect({ ...sources, ask })).toEqual({ ...DEFAULT_ANSWERS, region: 'eu-north-1' });
    expect(prompts[0]).toContain('[region] > ');
    expect(prompts.find((prompt) => prompt.includes('AWS region'))).toContain('[eu-north-1] > ');
  });

  test('a choice is taken by its word or its number, a wrong one is asked for again', async () => {
    const { ask, prompts } = terminal('moon', '4', 'openai', '', 'coding');
    expect(await collect({ ...sources, ask })).toMatchObject({
      data: 'anywhere',
      providers: ['openai'],
      hardest: 'coding',
    });
    expect(prompts[1]).toMatch(/^`data` is "moon"; allowed: account, region, agreement, anywhere\n/);
  });

  test('contracts are asked for only where data may go to somebody', async () => {
    const asked = async (data: string): Promise<boolean> => {
      const { ask, prompts } = terminal(data);
      await collect({ ...sources, ask });
      return prompts.some((prompt) => prompt.includes('agreements'));
    };
    expect([await asked('account'), await asked('region'), await asked('agreement')]).toEqual([false, false, true]);
  });

  test('what was given is not asked', async () => {
    const { ask, prompts } = terminal();
    await collect({ ...sources, given: { data: 'account', context: 4096 }, ask });
    expect(prompts.some((prompt) => /How far|longest request/.test(prompt))).toBe(false);
  });

  test('are not asked for ever', async () => {
    await expect(collect({ ...sources, ask: async () => 'moon' })).rejects.toThrow(UsageError);
  });
});
