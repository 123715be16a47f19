/** What `init` asks before it proposes a config. */
import { z } from 'zod';
import { TASKS } from '../../config/vocabulary';

/** How far data may go: the boundaries, as one is asked for them. */
export const DATA_REACH = ['account', 'region', 'agreement', 'anywhere'] as const;
export const OPERATORS = ['nobody', 'someone', 'team'] as const;
export const LANGUAGES = ['english', 'many'] as const;
/** Those that need a key; Bedrock is there in every account. */
export const KEYED_PROVIDERS = ['anthropic', 'openai', 'gemini'] as const;
export const AGREEMENT_KINDS = ['dpa', 'baa', 'zero-retention'] as const;

const agreement = z.strictObject({
  kind: z.enum(AGREEMENT_KINDS),
  /** Where the contract is filed. */
  ref: z.string().trim().min(1).max(100),
});

export const answersSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, at most 63'),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region such as us-east-1'),
  data: z.enum(DATA_REACH),
  /** Closed providers that you have keys of. */
  providers: z.array(z.enum(KEYED_PROVIDERS)).default([]),
  agreements: z.partialRecord(z.enum(KEYED_PROVIDERS), agreement).default({}),
  hardest: z.enum(TASKS),
  operator: z.enum(OPERATORS),
  /** Read and written. */
  tokensPerDay: z.number().nonnegative().max(1e15),
  languages: z.enum(LANGUAGES),
  /** Tokens of prompt and answer together, of the longest request. */
  context: z.int().min(1024).max(131_072),
  /** Who is told of alarms. */
  notify: z.array(z.email()).default([]),
});

export type Answers = z.output<typeof answersSchema>;
export type AnswerName = keyof Answers;

export const DEFAULT_ANSWERS: Answers = {
  name: 'hybrid-llm',
  region: 'us-east-1',
  data: 'region',
  providers: [],
  agreements: {},
  hardest: 'user_facing_chat',
  operator: 'someone',
  tokensPerDay: 1_000_000,
  languages: 'english',
  context: 8192,
  notify: [],
};

/** Tasks at which small models fail too often. */
const HARD: readonly Answers['hardest'][] = ['complex_reasoning', 'agentic', 'coding', 'safety_critical'];

export const isHard = ({ hardest }: Pick<Answers, 'hardest'>): boolean => HARD.includes(hardest);
export const hardTasks = HARD;
