/** `models list`: what is in the bucket, and what fleets of the config miss there. */
import { type Args, ExitCode, flag } from '../commands/command';
import { type TextColumn, textTable } from '../commands/text-table';
import { bucketOf } from './bucket-of';
import { gigabytes } from './bytes-text';
import { knownWeights } from './known-weights';
import type { StoredState } from './stored-weights';
import { labelOf } from './weights';

interface Row {
  readonly model: string;
  readonly revision: string;
  /** `absent`: a fleet loads them, and nothing of them is there. */
  readonly state: StoredState | 'absent';
  readonly commit: string | null;
  readonly bytes: number;
  readonly time: string | null;
  readonly fleets: readonly string[];
}

export async function listWeights(args: Args): Promise<number> {
  const known = knownWeights(args);
  if (known === undefined) return ExitCode.badInput;
  for (const problem of known.problems) process.stderr.write(`what fleets load is not known: ${problem}\n`);
  const stored = await (await bucketOf(args, known.config)).list();
  const fleetsOf = new Map(known.weights.map((one) => [labelOf(one), one.fleets]));
  const there = new Set(stored.map(labelOf));
  const rows: Row[] = [
    ...stored.map(({ repository, keys: _, ...one }) => ({
      ...{ model: repository, ...one },
      fleets: fleetsOf.get(labelOf({ repository, revision: one.revision })) ?? [],
    })),
    ...known.weights
      .filter((one) => !there.has(labelOf(one)))
      .map(({ repository, revision, fleets }) => ({
        ...{ model: repository, revision, state: 'absent' as const, commit: null },
        ...{ bytes: 0, time: null, fleets },
      })),
  ];
  process.stdout.write(flag(args, 'json') ? `${JSON.stringify(rows, null, 2)}\n` : textOf(rows));
  const isWell = rows.every(
    ({ state, fleets }) => state === 'complete' || (state === 'partial' && fleets.length === 0),
  );
  return isWell ? ExitCode.done : ExitCode.checkFailed;
}

const COLUMNS: readonly TextColumn[] = [
  { head: 'model' },
  { head: 'revision' },
  { head: 'state' },
  { head: 'size', align: 'right' },
  { head: 'written' },
  { head: 'fleets' },
];

/** What there is to do about each state. */
const NOTES: Readonly<Record<Row['state'], string | null>> = {
  complete: null,
  partial: 'partial: there is no manifest yet; `models add` goes on with them',
  damaged: 'damaged: the manifest lists what is not there; `models add` copies it again',
  absent: 'absent: a fleet loads them, and waits; `models add` copies them',
};

function textOf(rows: readonly Row[]): string {
  if (rows.length === 0) return 'no weights\n';
  const cells = rows.map(({ model, revision, state, bytes, time, fleets }) => [
    model,
    revision,
    state,
    gigabytes(bytes),
    time?.slice(0, 16).replace('T', ' ') ?? '',
    fleets.join(', '),
  ]);
  const notes = [...new Set(rows.map(({ state }) => NOTES[state]))].filter((note) => note !== null);
  const table = textTable(COLUMNS, cells, { width: process.stdout.columns ?? WIDTH, indent: 0 });
  return [...table, ...(notes.length > 0 ? ['', ...notes] : [])].map((line) => `${line}\n`).join('');
}

/** Where nobody looks at a terminal. */
const WIDTH = 160;
