/** Every combination of answers gives a config that `validate` accepts, and the posture that its answers call for. */
import { models, prices } from '../../config/catalog';
import { closedStarters, openStarters } from '../../config/catalog/starters';
import type { Config } from '../../config/schema';
import { TASKS } from '../../config/vocabulary';
import { parseConfig } from '../../lib/config/parse';
import { compile } from '../../lib/plan/compile';
import { unmetExpectations } from '../../lib/policy/expect';
import {
  type Answers,
  DATA_REACH,
  DEFAULT_ANSWERS,
  KEYED_PROVIDERS,
  LANGUAGES,
  OPERATORS,
  answersSchema,
} from '../../lib/posture/answers';
import { draftConfig } from '../../lib/posture/draft';
import { type Proposal, propose } from '../../lib/posture/propose';
import { sentences } from '../../lib/posture/words';
import { resolve } from '../../lib/selection/resolve';

const proposal = (answers: Answers): Proposal => {
  const found = propose(answers);
  if ('problem' in found) throw new Error(found.problem);
  return found;
};
const of = (answers: Partial<Answers>): Proposal => proposal({ ...DEFAULT_ANSWERS, ...answers });
const agreementsWith = (...names: readonly (typeof KEYED_PROVIDERS)[number][]): Answers['agreements'] =>
  Object.fromEntries(names.map((name) => [name, { kind: 'dpa', ref: `"${name}": #7` }]));

const CONTRACTS: readonly Pick<Answers, 'providers' | 'agreements'>[] = [
  { providers: [], agreements: {} },
  { providers: ['anthropic', 'gemini'], agreements: {} },
  { providers: ['openai'], agreements: agreementsWith('anthropic') },
  { providers: [], agreements: agreementsWith('openai', 'gemini') },
  { providers: [...KEYED_PROVIDERS], agreements: agreementsWith(...KEYED_PROVIDERS) },
];
const VOLUMES = [0, 1_000_000, 100_000_000, 5_000_000_000];
const CONTEXTS = [1024, 8192, 32_768, 131_072];

const combinations: Answers[] = DATA_REACH.flatMap((data) =>
  CONTRACTS.flatMap((contract) =>
    TASKS.flatMap((hardest) =>
      OPERATORS.flatMap((operator) =>
        VOLUMES.flatMap((tokensPerDay) =>
          LANGUAGES.flatMap((languages) =>
            CONTEXTS.map((context) => ({
              ...DEFAULT_ANSWERS,
              ...contract,
              data,
              hardest,
              operator,
              tokensPerDay,
              languages,
              context,
              notify: tokensPerDay === 0 ? ['oncall@acme.example'] : [],
            })),
          ),
        ),
      ),
    ),
  ),
);

describe('every combination of answers', () => {
  interface Draft extends Pick<Proposal, 'reasons'> {
    readonly answers: Answers;
    readonly text: string;
    readonly parsed: ReturnType<typeof parseConfig>;
  }
  /** Many answers give the same config, but for what its head says of them. */
  const drafts = new Map<string, Draft>();
  const said = new Set<string>();

  beforeAll(() => {
    for (const answers of combinations) {
      const found = proposal(answers);
      const text = draftConfig(answers, found);
      said.add(sentences(answers, found).join('\n'));
      const body = text.replace(/^(#.*\n)+/, '');
      if (!drafts.has(body)) drafts.set(body, { answers, text, reasons: found.reasons, parsed: parseConfig(text) });
    }
  });

  const configs = (): (Draft & { readonly config: Config })[] =>
    [...drafts.values()].map((draft) => {
      const { config, findings } = draft.parsed;
      if (config === null)
        throw new Error(`${JSON.stringify(draft.answers)}\n${draft.text}\n${JSON.stringify(findings)}`);
      return { ...draft, config };
    });

  test('gives a config without an error, whose plan compiles, whose fleets can be had, whose expectations hold', () => {
    expect(drafts.size).toBeGreaterThan(100);
    const fleets = new Map<string, Config>();
    for (const { config } of configs()) {
      for (const lane of config.lanes) expect(unmetExpectations(compile(config, lane), config.expect)).toEqual([]);
      fleets.set(JSON.stringify([config.fleets, config.region]), config);
    }
    for (const config of fleets.values()) {
      expect(resolve(config, null).problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    }
  });

  test('gives no warning but the one that is said: what nobody may see is refused', () => {
    for (const { parsed, reasons } of configs()) {
      const expected = reasons.includes('restricted-refused') ? ['class-without-target'] : [];
      expect([...new Set(parsed.findings.map(({ code }) => code))]).toEqual(expected);
    }
  });

  test('never sends data farther than was answered', () => {
    const farthest = {
      account: ['vpc'],
      region: ['vpc', 'region'],
      agreement: ['vpc', 'region', 'agreement'],
    } as const;
    for (const { config, answers } of configs()) {
      if (answers.data === 'anywhere') continue;
      const plan = compile(config, config.lanes.includes('open') ? 'open' : 'sealed');
      const boundaries = [
        ...Object.values(plan.models).map(({ boundary }) => boundary),
        ...Object.values(plan.sensitivity.allow),
      ];
      for (const boundary of boundaries) expect(farthest[answers.data]).toContain(boundary);
    }
  });

  test('says why in one to three sentences, and in a small file', () => {
    for (const text of said) {
      expect(text.split('\n').length).toBeLessThanOrEqual(3);
      expect(text).toMatch(/^[A-Z].+\.$/s);
      expect(text).not.toMatch(/undefined|null|NaN/);
    }
    for (const { text } of drafts.values()) expect(text.split('\n').length).toBeLessThan(60);
  });
});

describe('the posture', () => {
  test('is private where data may not leave, whatever the volume, and has no way out', () => {
    for (const tokensPerDay of VOLUMES) {
      const found = of({ data: 'account', tokensPerDay, agreements: agreementsWith('openai') });
      expect([found.posture, found.closed]).toEqual(['private', []]);
      expect(draftConfig({ ...DEFAULT_ANSWERS, data: 'account', tokensPerDay }, found)).toContain('egress: none');
    }
  });

  test('begins with closed models and no fleet at low volume, and says from when one pays', () => {
    const answers: Answers = { ...DEFAULT_ANSWERS, data: 'agreement', agreements: agreementsWith('anthropic') };
    const found = proposal(answers);
    expect([found.posture, found.fleet, found.reasons[0]]).toEqual(['closed', null, 'volume-below']);
    expect(found.paysFromTokensPerDay).toBeGreaterThan(1_000_000);
    expect(sentences(answers, found)[0]).toMatch(/A fleet would pay from about [\d,]+ tokens a day/);
    expect(draftConfig(answers, found)).toMatch(/fleets: \{\} # none yet: one pays from about [\d,]+ tokens a day/);
  });

  test('turns hybrid exactly where a fleet begins to pay', () => {
    const base: Partial<Answers> = { data: 'agreement', agreements: agreementsWith('anthropic') };
    const from = of(base).paysFromTokensPerDay ?? Infinity;
    expect(of({ ...base, tokensPerDay: from - 1 }).posture).toBe('closed');
    expect(of({ ...base, tokensPerDay: from }).posture).toBe('hybrid');
  });

  test('pays earlier for a team that runs GPUs anyway, never for nobody', () => {
    const base: Partial<Answers> = { data: 'agreement', agreements: agreementsWith('anthropic'), tokensPerDay: 5e9 };
    const [team, someone] = [of({ ...base, operator: 'team' }), of({ ...base, operator: 'someone' })];
    expect(team.paysFromTokensPerDay).toBeLessThan(someone.paysFromTokensPerDay ?? 0);
    expect(of({ ...base, operator: 'nobody' })).toMatchObject({
      posture: 'closed',
      reasons: ['nobody-operates', 'restricted-refused'],
    });
  });

  test('gives hard tasks to the stronger model', () => {
    const base: Partial<Answers> = { data: 'agreement', agreements: agreementsWith('anthropic'), tokensPerDay: 5e9 };
    const answers: Answers = { ...DEFAULT_ANSWERS, ...base, hardest: 'coding' };
    expect(draftConfig(answers, proposal(answers))).toContain('to: [anthropic-hard] }');
    expect(draftConfig({ ...answers, hardest: 'extraction' }, of(base))).not.toContain('anthropic-hard');
    expect(of({ data: 'account', hardest: 'coding' }).fleet?.model).not.toBe(of({ data: 'account' }).fleet?.model);
  });

  test('takes Bedrock where an agreement is asked for and none is stated', () => {
    const found = of({ data: 'agreement' });
    expect(found.closed.map(({ provider }) => provider)).toEqual(['bedrock']);
    expect(found.reasons).toContain('no-agreement');
  });

  test('without a region that has the engine is closed, or cannot be', () => {
    expect(of({ region: 'us-gov-west-1', tokensPerDay: 5e9 })).toMatchObject({
      posture: 'closed',
      reasons: ['no-fleet-possible'],
    });
    expect(propose({ ...DEFAULT_ANSWERS, region: 'us-gov-west-1', data: 'account' })).toEqual({
      problem: expect.stringContaining('us-gov-west-1') as string,
    });
  });
});

test('the default answers are answers', () => {
  expect(answersSchema.parse(DEFAULT_ANSWERS)).toEqual(DEFAULT_ANSWERS);
});

describe('the models to begin with', () => {
  test('have a price, or a licence without conditions', () => {
    for (const { provider, everyday, hard } of closedStarters) {
      for (const name of [everyday, hard]) {
        expect(prices.some((row) => row.provider === provider && row.model === name && row.kind === 'chat')).toBe(true);
      }
    }
    for (const { model } of openStarters) {
      const row = models.find(({ id }) => id === model);
      expect(row).toMatchObject({
        verified: true,
        kind: 'chat',
        licence: expect.stringMatching(/^(apache-2\.0|mit)$/) as string,
      });
    }
  });
});
