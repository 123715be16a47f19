/**
 * What the policy may know of a request: numbers, enums and names, never its text. A decision is a function of these,
 * so a decision record that holds them can be decided again.
 */
import type { Endpoint, Lane, Need, SensitivityClass, Task } from '../../config/vocabulary';
import type { Detection } from './detectors';

export interface Facts {
  readonly lane: Lane;
  readonly endpoint: Endpoint;
  readonly tenant: string;
  /** The key's own floor on top of its tenant's. */
  readonly keyFloor: SensitivityClass;
  /** As the caller named it: a model, `auto` or `task:NAME`. */
  readonly model: string;
  readonly statedClass: Stated<SensitivityClass> | null;
  readonly statedTask: Stated<Task> | null;
  readonly detected: readonly Detection[];
  /** The detector that failed, or `late`; `null`: all ran. */
  readonly detectorFailed: string | null;
  readonly stream: boolean;
  readonly needs: readonly RequestNeed[];
  /** No prompt has more tokens than this: a token is at least one byte. */
  readonly promptTokensMax: number;
  /** What the prompt probably has: four bytes a token. Routes and fit use it; a provider's own refusal corrects it. */
  readonly promptTokens: number;
  /** What the caller allows the answer, `null`: not said. */
  readonly maxTokens: number | null;
  /** Answers wanted, `n`. */
  readonly choices: number;
  readonly temperature: number | null;
  readonly topP: number | null;
}

export interface Stated<T> {
  readonly value: T;
  /** The header or field that said so. */
  readonly where: string;
}

/** What a request needs of its target beyond text. */
export type RequestNeed =
  'tools' | 'images' | 'pdf' | 'audio' | 'json_schema' | 'json_object' | 'n' | 'logprobs' | 'suffix';

/** The needs that routes can ask for. */
export function routeNeeds(needs: readonly RequestNeed[]): ReadonlySet<Need> {
  const named = new Set<Need>();
  if (needs.includes('tools')) named.add('tools');
  if (needs.includes('images')) named.add('images');
  if (needs.includes('json_schema')) named.add('schema');
  return named;
}
