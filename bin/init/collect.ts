/** Answers from flags, JSON, questions and defaults, in this order. */
import { type Answers, answersSchema } from '../../lib/posture/answers';
import { UsageError } from '../commands/command';
import { QUESTIONS, type Question } from './questions';

export interface Sources {
  /** What is answered already, by name, as it was given. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Puts a question; `null`: nobody is there to answer. */
  readonly ask: ((text: string) => Promise<string>) | null;
  /** Defaults will do. */
  readonly yes: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export async function collect({ given, ask, yes, environment }: Sources): Promise<Answers> {
  const unknown = Object.keys(given).filter((name) => QUESTIONS.every((question) => question.name !== name));
  if (unknown.length > 0) {
    throw new UsageError(
      `no question is called ${unknown.map((name) => `\`${name}\``).join(', ')}; there are: ${QUESTIONS.map(({ name }) => name).join(', ')}`,
    );
  }
  const answers: Record<string, unknown> = {};
  for (const question of QUESTIONS.filter(({ name }) => Object.hasOwn(given, name))) {
    answers[question.name] = checked(question, given[question.name]);
  }
  const open = QUESTIONS.filter(({ name }) => !Object.hasOwn(given, name));
  if (ask === null && !yes) refuseMissing(open.filter(({ isDecisive }) => isDecisive));
  for (const question of open) {
    const wanted = ask !== null && !yes && (question.when?.(answers) ?? true);
    answers[question.name] = wanted ? await asked(question, ask, environment) : question.byDefault(environment);
  }
  return checkedAll(answers);
}

function refuseMissing(missing: readonly Question[]): void {
  if (missing.length === 0) return;
  const flags = missing.map(({ flag, takes }) => `  --${flag} ${takes}`).join('\n');
  throw new UsageError(
    `not all is answered, and there is no terminal to ask; give these, or --answers, or --yes for the defaults:\n${flags}`,
  );
}

/** Whoever types the same mistake over and over is no person. */
const MOST_TRIES = 5;

async function asked(
  question: Question,
  ask: (text: string) => Promise<string>,
  environment: Sources['environment'],
): Promise<unknown> {
  const byDefault = question.byDefault(environment);
  let complaint = '';
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const typed = (await ask(`${complaint}${promptOf(question, byDefault)}`)).trim();
    if (typed === '') return byDefault;
    try {
      return checked(question, question.read(choiceOf(question, typed)));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      complaint = `${error.message}\n`;
    }
  }
  throw new UsageError(complaint.trim());
}

/** The number of a choice does as well as its word. */
const choiceOf = ({ choices }: Question, typed: string): string =>
  choices === undefined ? typed : (Object.keys(choices)[Number(typed) - 1] ?? typed);

function promptOf({ ask, choices }: Question, byDefault: unknown): string {
  const rows = Object.entries(choices ?? {});
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  const list = rows.map(([name, meaning], index) => `  ${index + 1}  ${name.padEnd(width)}  ${meaning}\n`).join('');
  return `\n${ask}\n${list}[${shown(byDefault)}] > `;
}

function shown(value: unknown): string {
  if (typeof value === 'number') return value.toLocaleString('en-US');
  if (typeof value === 'string') return value;
  return Object.keys(value as object).length === 0 ? 'none' : JSON.stringify(value);
}

function checked(question: Question, value: unknown): unknown {
  const parsed = answersSchema.shape[question.name].safeParse(value);
  if (parsed.success) return parsed.data;
  const allowed = question.choices === undefined ? question.takes : Object.keys(question.choices).join(', ');
  const [issue] = parsed.error.issues;
  const place = [question.name, ...(issue?.path ?? [])].join('.');
  throw new UsageError(`\`${place}\` is ${said(value)}; allowed: ${allowed}`);
}

/** JSON has no word for what is no number. */
const said = (value: unknown): string =>
  typeof value === 'number' && !Number.isFinite(value) ? 'no such number' : (JSON.stringify(value) ?? 'nothing');

function checkedAll(answers: Readonly<Record<string, unknown>>): Answers {
  const parsed = answersSchema.safeParse(answers);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UsageError(`\`${issue?.path.join('.')}\`: ${issue?.message}`);
}
