/** `init`: asks what matters, answers with a posture and its reason, and writes a first config. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { draftConfig } from '../../lib/posture/draft';
import { type Proposal, propose } from '../../lib/posture/propose';
import { POSTURE_NAMES, sentences } from '../../lib/posture/words';
import type { Answers } from '../../lib/posture/answers';
import { collect } from '../init/collect';
import { QUESTIONS } from '../init/questions';
import { Interrupted, onTerminal } from '../init/terminal';
import { type Args, type Command, ExitCode, UsageError, flag, text } from './command';

const FLAG_WIDTH = Math.max(...QUESTIONS.map((question) => question.flag.length)) + 2;

export const init: Command = {
  name: 'init',
  summary: 'asks a few questions and writes a first config that fits the answers',
  usage: `hybrid-llm init [--out FILE] [--answers JSON|FILE] [--yes] [--json] [--force]
  --out FILE      where the config goes (hybrid-llm.yaml); what is there is kept, unless --force
  --answers WHAT  answers by name, as JSON or in a file
  --yes           take the default wherever there is no answer
  --json          posture, reasons and file as JSON

Answers, one by one:
${QUESTIONS.map((question) => `  ${`--${question.flag}`.padEnd(FLAG_WIDTH)}  ${question.takes}`).join('\n')}`,
  options: {
    out: { type: 'string', default: 'hybrid-llm.yaml' },
    answers: { type: 'string' },
    yes: { type: 'boolean', short: 'y' },
    json: { type: 'boolean' },
    force: { type: 'boolean' },
    ...Object.fromEntries(QUESTIONS.map((question) => [question.flag, { type: 'string' as const }])),
  },
  async run(args) {
    const file = text(args, 'out') ?? '';
    // Said before anybody has answered anything.
    if (existsSync(file) && !flag(args, 'force')) throw new UsageError(exists(file));
    const answers = await answersOf(args);
    if (answers === null) return ExitCode.interrupted;
    const proposal = propose(answers);
    if ('problem' in proposal) throw new UsageError(proposal.problem);
    write(file, draftConfig(answers, proposal), flag(args, 'force'));
    tell(args, file, answers, proposal);
    return ExitCode.done;
  },
};

/** `null`: interrupted. */
async function answersOf(args: Args): Promise<Answers | null> {
  const sources = { given: givenBy(args), yes: flag(args, 'yes'), environment: process.env };
  if (!process.stdin.isTTY || sources.yes) return collect({ ...sources, ask: null });
  try {
    return await onTerminal((ask) => collect({ ...sources, ask }));
  } catch (error) {
    if (error instanceof Interrupted) return null;
    throw error;
  }
}

/** Flags go before the answers of a file. */
function givenBy(args: Args): Record<string, unknown> {
  const flags = QUESTIONS.flatMap((question) => {
    const typed = text(args, question.flag);
    return typed === undefined ? [] : [[question.name, question.read(typed)] as const];
  });
  return { ...jsonAnswers(text(args, 'answers')), ...Object.fromEntries(flags) };
}

function jsonAnswers(given: string | undefined): Record<string, unknown> {
  if (given === undefined) return {};
  const isText = given.trimStart().startsWith('{');
  const place = isText ? '--answers' : given;
  let json: unknown;
  try {
    json = JSON.parse(isText ? given : readFileSync(given, 'utf8'));
  } catch (error) {
    const why =
      error instanceof SyntaxError ? 'is not JSON' : `cannot be read (${(error as NodeJS.ErrnoException).code})`;
    throw new UsageError(`${place} ${why}; it takes JSON such as {"data":"region","tokensPerDay":2000000}`);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new UsageError(`${place} is no JSON object; it takes answers by name, such as {"data":"region"}`);
  }
  return json as Record<string, unknown>;
}

const exists = (file: string): string => `${file} exists; choose another --out, or overwrite it with --force`;

function write(file: string, config: string, force: boolean): void {
  try {
    writeFileSync(file, config, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(code === 'EEXIST' ? exists(file) : `${file} cannot be written (${code})`);
  }
}

function tell(args: Args, file: string, answers: Answers, proposal: Proposal): void {
  const { posture, reasons, paysFromTokensPerDay } = proposal;
  const why = sentences(answers, proposal);
  if (flag(args, 'json')) {
    process.stdout.write(
      `${JSON.stringify({ posture, reasons, why, paysFromTokensPerDay, file, answers }, null, 2)}\n`,
    );
    return;
  }
  process.stdout.write(`\nPosture: ${POSTURE_NAMES[posture]}\n${why.join('\n')}\n`);
  process.stderr.write(
    `\n${file} is written. Next:\n  npx hybrid-llm validate ${file}\n  npx hybrid-llm doctor --config ${file}\n`,
  );
}
