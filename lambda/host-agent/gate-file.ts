/**
 * The file whose presence makes the gate refuse new requests. It says why, for an agent that is started again; times in it are
 * by a clock that goes on from one agent to the next and that nobody sets: the host's since its boot.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { type DrainReason, STOP_BEFORE_END_MS } from '../../lib/capacity/drain';
import { type HostPhase, type HostState, firstState, step } from '../../lib/capacity/host-states';

export interface Gate {
  /** Refuses from now on. `phase`: why. */
  readonly close: (phase: HostPhase) => Promise<void>;
  /** What was written when the gate was closed; `null`: it is open. */
  readonly closed: () => Promise<string | null>;
}

export const gateFile = (file: string): Gate => ({
  close: (phase) => writeFile(file, `${wordsOf(phase)}\n`),
  closed: () => contentOf(file),
});

function wordsOf(phase: HostPhase): string {
  switch (phase.name) {
    case 'draining':
      return `${phase.drain.reason} ${phase.drain.stopByMs + STOP_BEFORE_END_MS}`;
    case 'drained':
      return phase.reason;
    case 'failed':
      return `failed ${phase.phase} ${phase.reason}`.trim();
    case 'booting':
    case 'warming':
    case 'ready':
      return phase.name;
  }
}

/** A host whose gate was found closed never serves again: it fails as before, or drains to its end. */
export function resumedState(closed: string, unknownEndMs: number, nowMs: number): HostState {
  const [word = '', rest = '', ...more] = closed.trim().split(' ');
  const state = firstState(nowMs);
  if (word === 'failed') return { ...state, phase: { name: 'failed', phase: rest, reason: more.join(' ') } };
  const reason = REASONS.find((one) => one === word) ?? 'termination';
  const endsMs = /^\d+$/.test(rest) ? Number(rest) : unknownEndMs;
  return step(state, { kind: 'notice', reason, endsMs }, nowMs);
}

const REASONS: readonly DrainReason[] = ['interruption', 'termination', 'shutdown'];

/** `null`: there is no such file. */
export async function contentOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
