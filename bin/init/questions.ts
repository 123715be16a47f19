/** The questions of `init`: what is asked on a terminal, and the flags that answer them beforehand. */
import { TASKS } from '../../config/vocabulary';
import {
  type AnswerName,
  type Answers,
  DATA_REACH,
  DEFAULT_ANSWERS,
  KEYED_PROVIDERS,
  LANGUAGES,
  OPERATORS,
} from '../../lib/posture/answers';

export interface Question {
  readonly name: AnswerName;
  readonly flag: string;
  /** Of the flag's value, for the usage. */
  readonly takes: string;
  readonly ask: string;
  /** Closed lists: each word with what it means. */
  readonly choices?: Readonly<Record<string, string>>;
  /** A script must answer it, or say `--yes`. */
  readonly isDecisive: boolean;
  /** Asked only then. @default always */
  readonly when?: (soFar: Partial<Answers>) => boolean;
  /** What was typed, as the answers have it; what it is not is found by their schema. */
  readonly read: (typed: string) => unknown;
  /** What an empty line means. */
  readonly byDefault: (environment: Readonly<Record<string, string | undefined>>) => unknown;
}

const word = (typed: string): string => typed;
const words = (typed: string): string[] =>
  typed
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
/** `1M`, `2.5k`, `1_000_000`. */
const amount = (typed: string): number => {
  const [, digits = '', unit = ''] = /^([\d.,_]+)\s*([kmb]?)$/i.exec(typed.trim()) ?? [];
  const factor = { '': 1, k: 1e3, m: 1e6, b: 1e9 }[unit.toLowerCase()] ?? Number.NaN;
  return digits === '' ? Number.NaN : Number(digits.replace(/[,_]/g, '')) * factor;
};
/** `anthropic:dpa:MSA-2026-14`, several with commas between. */
const agreements = (typed: string): Record<string, { kind: string; ref: string }> =>
  Object.fromEntries(
    words(typed).map((entry) => {
      const [provider = '', kind = '', ...ref] = entry.split(':');
      return [provider, { kind, ref: ref.join(':') }];
    }),
  );
const same =
  <K extends AnswerName>(name: K): (() => Answers[K]) =>
  () =>
    DEFAULT_ANSWERS[name];

const DATA: Readonly<Record<(typeof DATA_REACH)[number], string>> = {
  account: 'nowhere: it stays in this AWS account',
  region: 'to Bedrock in my region, over a private link',
  agreement: 'to providers with whom I have a contract (DPA, BAA, zero retention)',
  anywhere: 'to any provider',
};
const OPERATOR: Readonly<Record<(typeof OPERATORS)[number], string>> = {
  nobody: 'nobody: it has to run by itself',
  someone: 'someone, beside other work',
  team: 'a team that runs GPUs anyway',
};
const LANGUAGE: Readonly<Record<(typeof LANGUAGES)[number], string>> = {
  english: 'English, for the most part',
  many: 'others too',
};
const tasks = Object.fromEntries(TASKS.map((task) => [task, task.replaceAll('_', ' ')]));
const leaves = ({ data }: Partial<Answers>): boolean => data === 'agreement' || data === 'anywhere';

export const QUESTIONS: readonly Question[] = [
  {
    name: 'data',
    flag: 'data',
    takes: DATA_REACH.join(' | '),
    ask: 'How far may your data go?',
    choices: DATA,
    isDecisive: true,
    read: word,
    byDefault: same('data'),
  },
  {
    name: 'providers',
    flag: 'providers',
    takes: `LIST out of ${KEYED_PROVIDERS.join(', ')}`,
    ask: `Which closed providers have you keys of (${KEYED_PROVIDERS.join(', ')}; empty: none)?`,
    isDecisive: false,
    when: leaves,
    read: words,
    byDefault: same('providers'),
  },
  {
    name: 'agreements',
    flag: 'agreements',
    takes: 'LIST of PROVIDER:KIND:REFERENCE; KIND is dpa, baa or zero-retention',
    ask: 'Which agreements have you, as provider:kind:reference, such as anthropic:dpa:MSA-2026-14 (empty: none)?',
    isDecisive: false,
    when: leaves,
    read: agreements,
    byDefault: same('agreements'),
  },
  {
    name: 'hardest',
    flag: 'hardest',
    takes: 'TASK',
    ask: 'What is the hardest task?',
    choices: tasks,
    isDecisive: true,
    read: word,
    byDefault: same('hardest'),
  },
  {
    name: 'operator',
    flag: 'operator',
    takes: OPERATORS.join(' | '),
    ask: 'Who operates it?',
    choices: OPERATOR,
    isDecisive: true,
    read: word,
    byDefault: same('operator'),
  },
  {
    name: 'tokensPerDay',
    flag: 'tokens-per-day',
    takes: 'NUMBER, such as 2M',
    ask: 'How many tokens a day, read and written (such as 500k or 20M)?',
    isDecisive: true,
    read: amount,
    byDefault: same('tokensPerDay'),
  },
  {
    name: 'languages',
    flag: 'languages',
    takes: LANGUAGES.join(' | '),
    ask: 'Which languages?',
    choices: LANGUAGE,
    isDecisive: false,
    read: word,
    byDefault: same('languages'),
  },
  {
    name: 'context',
    flag: 'context',
    takes: 'TOKENS of the longest request, prompt and answer (1024 to 131072)',
    ask: 'How many tokens has the longest request, prompt and answer together (1024 to 131072)?',
    isDecisive: false,
    read: amount,
    byDefault: same('context'),
  },
  {
    name: 'region',
    flag: 'region',
    takes: 'NAME, such as us-east-1',
    ask: 'In which AWS region?',
    isDecisive: true,
    read: word,
    byDefault: (environment) =>
      environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'] ?? DEFAULT_ANSWERS.region,
  },
  {
    name: 'name',
    flag: 'name',
    takes: 'NAME of the stack: lower-case letters, digits and hyphens, at most 63',
    ask: 'What is it called?',
    isDecisive: false,
    read: word,
    byDefault: same('name'),
  },
  {
    name: 'notify',
    flag: 'notify',
    takes: 'LIST of e-mail addresses',
    ask: 'Whom do alarms tell, by e-mail (empty: nobody)?',
    isDecisive: false,
    read: words,
    byDefault: same('notify'),
  },
];
