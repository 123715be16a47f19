/** What the engine reads tool calls and reasoning with, out of the text that a model writes: names of vLLM's parsers. */
import rows from './parsers.json';
import type { Sourced } from './sourced';

export interface CatalogParsers extends Sourced {
  /** Ids of rows in the models; each chat model is in one row. */
  readonly models: readonly string[];
  /** `--tool-call-parser`. `null`: calls cannot be read with what is in the weights, so that no tools are offered. */
  readonly toolParser: string | null;
  /** `--reasoning-parser`. `null`: nothing to read. */
  readonly reasoningParser: string | null;
  /** Text between the reasoning and the answer. `null`: no reasoning, or no one text. */
  readonly reasoningEndMarker: string | null;
  /** Why something is `null`. */
  readonly missing: readonly string[];
  readonly note: string | null;
}

/** All names that the engine takes; it refuses to start with another. */
export interface RegisteredParsers extends Sourced {
  readonly vllmVersion: string;
  readonly toolParsers: readonly string[];
  readonly reasoningParsers: readonly string[];
}

export const parsers: readonly CatalogParsers[] = rows.parsers;
export const registeredParsers: RegisteredParsers = rows.registered;

const rowOf = new Map(parsers.flatMap((row) => row.models.map((model) => [model, row] as const)));

/** `undefined`: no chat model of the catalogue. */
export const parsersOf = (model: string): CatalogParsers | undefined => rowOf.get(model);
