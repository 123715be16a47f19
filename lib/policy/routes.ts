/** Routes: the first whose conditions all hold decides the chain. */
import type { Endpoint, Need, SensitivityClass, Task } from '../../config/vocabulary';
import type { PlanRoute, PlanWhen } from '../plan/types';

/** What a condition can see of a request. */
export interface RouteSubject {
  readonly class: SensitivityClass;
  readonly task: Task | null;
  readonly tenant: string;
  readonly endpoint: Endpoint;
  readonly needs: ReadonlySet<Need>;
  readonly stream: boolean;
  /** An estimate, see `facts`. */
  readonly promptTokens: number;
}

export function matches(when: PlanWhen, subject: RouteSubject): boolean {
  return (
    (when.sensitivity === undefined || when.sensitivity.includes(subject.class)) &&
    (when.task === undefined || (subject.task !== null && when.task.includes(subject.task))) &&
    (when.tenant === undefined || when.tenant.includes(subject.tenant)) &&
    (when.endpoint === undefined || when.endpoint.includes(subject.endpoint)) &&
    (when.needs === undefined || when.needs.every((need) => subject.needs.has(need))) &&
    (when.stream === undefined || when.stream === subject.stream) &&
    (when.promptTokensOver === undefined || subject.promptTokens > when.promptTokensOver) &&
    (when.promptTokensUnder === undefined || subject.promptTokens < when.promptTokensUnder)
  );
}

export function firstMatch(routes: readonly PlanRoute[], subject: RouteSubject): PlanRoute | null {
  return routes.find((route) => matches(route.when, subject)) ?? null;
}
