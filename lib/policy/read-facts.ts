/** A request to its facts: the one place where the policy looks at text. */
import { CLASSES, type SensitivityClass, TASKS, type Task } from '../../config/vocabulary';
import { type JsonObject, isObject } from '../chat/json';
import type { Ingress } from '../chat/ingress';
import { longNumbers } from '../chat/raw-json';
import type { RouterPlan } from '../plan/types';
import { highest } from './boundary';
import { type Detection, type Detector, detect } from './detectors';
import type { RouterError } from './errors';
import type { Facts, Stated } from './facts';
import { AUTO, TASK_PREFIX, UNKNOWN_MODEL, findModel } from './models';

export interface FactsInput {
  readonly plan: RouterPlan;
  readonly detectors: readonly Detector[];
  readonly ingress: Pick<Ingress, 'endpoint' | 'size'>;
  readonly tenant: string;
  readonly keyFloor: SensitivityClass;
  /** The body, and its text as the caller wrote it. */
  readonly body: JsonObject;
  readonly bodyText: string;
  readonly bodyBytes: number;
  /** Request headers by their lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly nowMs: () => number;
}

/** Fields of `metadata` that speak to the router; they never reach a target. */
export const ROUTER_METADATA = ['task', 'sensitivity', 'session'] as const;

/** Headers by which a caller states the class; if both are there the higher counts. */
const CLASS_HEADERS = ['x-hybrid-class', 'x-hybrid-sensitivity'] as const;
const TASK_HEADER = 'x-hybrid-task';

export function readFacts(input: FactsInput): Facts | RouterError {
  const { plan, body } = input;
  const metadata = isObject(body['metadata']) ? body['metadata'] : {};
  const asked = typeof body['model'] === 'string' ? body['model'] : '';

  const statedTask = stateTask(asked, input.headers[TASK_HEADER], metadata['task']);
  if (statedTask !== null && 'code' in statedTask) return statedTask;
  const statedClass = stateClass([
    ...CLASS_HEADERS.map((header) => ({ value: input.headers[header], where: header })),
    { value: metadata['sensitivity'], where: 'metadata.sensitivity' },
  ]);
  if (statedClass !== null && 'code' in statedClass) return statedClass;

  const clock = { nowMs: input.nowMs, budgetMs: plan.limits.detectMs };
  const hidden = longNumbers(input.bodyText).map((text) => ({ where: '*', text }));
  const { found, failed } = detect(body, input.detectors, clock, hidden);
  return {
    lane: plan.lane,
    endpoint: input.ingress.endpoint,
    tenant: input.tenant,
    keyFloor: input.keyFloor,
    model: knownName(plan, asked, found),
    statedClass,
    statedTask,
    detected: found,
    detectorFailed: failed,
    stream: body['stream'] === true,
    ...input.ingress.size(body, input.bodyText, input.bodyBytes),
    temperature: typeof body['temperature'] === 'number' ? body['temperature'] : null,
    topP: typeof body['top_p'] === 'number' ? body['top_p'] : null,
  };
}

/**
 * The name as it may be recorded. A name that stands for nothing may hold anything, and so may the rest of a wildcard's
 * if a detector found something in it.
 */
function knownName(plan: RouterPlan, asked: string, found: readonly Detection[]): string {
  const isRouted = asked === AUTO || asked.startsWith(TASK_PREFIX);
  const isKnown = isRouted || (asked.length <= LONGEST_NAME && findModel(plan, asked) !== null);
  return isKnown && found.every(({ where }) => where !== 'model') ? asked : UNKNOWN_MODEL;
}

const LONGEST_NAME = 256;

/** The name of the model is the strongest word on the task, then the header, then the body's metadata. */
function stateTask(model: string, header: unknown, metadata: unknown): Stated<Task> | RouterError | null {
  const said = [
    { value: model.startsWith(TASK_PREFIX) ? model.slice(TASK_PREFIX.length) : undefined, where: 'model' },
    { value: header, where: TASK_HEADER },
    { value: metadata, where: 'metadata.task' },
  ].filter(isSaid);
  for (const { value, where } of said) {
    if (!TASKS.includes(value as Task)) return unknown('unknown_task', where, TASKS);
  }
  return said.length === 0 ? null : (said[0] as Stated<Task>);
}

function stateClass(all: readonly { value: unknown; where: string }[]): Stated<SensitivityClass> | RouterError | null {
  const said = all.filter(isSaid);
  for (const { value, where } of said) {
    if (!CLASSES.includes(value as SensitivityClass)) return unknown('unknown_class', where, CLASSES);
  }
  if (said.length === 0) return null;
  const stated = said as Stated<SensitivityClass>[];
  const value = stated.map((one) => one.value).reduce(highest);
  return stated.find((one) => one.value === value) ?? null;
}

/** `null` is how some clients leave a field out. */
const isSaid = ({ value }: { readonly value: unknown }): boolean => value !== undefined && value !== null;

/** The value itself is not repeated: it may be a slip that holds anything. */
function unknown(code: 'unknown_task' | 'unknown_class', where: string, allowed: readonly string[]): RouterError {
  const what = code === 'unknown_task' ? 'task' : 'class';
  return { code, message: `unknown ${what} in \`${where}\`; allowed: ${allowed.join(', ')}`, param: where };
}
