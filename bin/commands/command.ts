/** What a command is, and how it ends. */
import type { ParseArgsConfig } from 'node:util';

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** How many words besides options it takes. @default 0 */
  readonly positionals?: number;
  run(args: Args): Promise<number>;
}

export interface Args {
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
}

export const ExitCode = { done: 0, ourFault: 1, badInput: 2, checkFailed: 3, interrupted: 130 } as const;

/** The command was called wrongly: told in one line, with the usage behind it. */
export class UsageError extends Error {}

export function text(args: Args, name: string): string | undefined {
  return args.values[name] as string | undefined;
}

export function flag(args: Args, name: string): boolean {
  return args.values[name] === true;
}

/** A value out of a closed list. */
export function oneOf<T extends string>(args: Args, name: string, allowed: readonly T[]): T | undefined {
  const value = text(args, name);
  if (value === undefined || allowed.includes(value as T)) return value as T | undefined;
  throw new UsageError(`--${name} is \`${value}\`; allowed: ${allowed.join(', ')}`);
}

export function required(args: Args, name: string): string {
  const value = text(args, name);
  if (value === undefined || value === '') throw new UsageError(`--${name} is missing`);
  return value;
}
