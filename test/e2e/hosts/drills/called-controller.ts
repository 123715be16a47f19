/**
 * The controller as it is called in an account: by the fleet table's stream, through Lambda's filters and its own, one batch
 * after the other; by what the groups tell; and once a minute. Nothing of that is certain: a test may lose, double and turn
 * round what it likes.
 */
import type { Dynamo } from '../../../../lambda/aws/dynamo';
import { isWorthALook } from '../../../../lambda/fleet-controller/events';
import { fleetStore } from '../../../../lambda/fleet-controller/fleet-store';
import { type ControllerDeps, runController } from '../../../../lambda/fleet-controller/run';
import { type FakeRegion, MINUTE } from '../../../support/fake-auto-scaling';
import type { TableChange } from '../../../support/fake-dynamo/tables';
import { regionCapacity } from '../../../support/region-capacity';
import { type Change, passes } from '../../../support/table-stream';

const BATCH = 100;

export interface CalledParts {
  readonly fleet: ControllerDeps['fleets'][number];
  readonly region: FakeRegion;
  readonly dynamo: Dynamo;
  readonly table: string;
  readonly nowMs: () => number;
}

export class CalledController {
  /** Nobody calls it, and what happens meanwhile it will never be told. */
  away = false;
  /** How many runs each call becomes, all at once. */
  runsPerCall = 1;
  /** What becomes of a batch on its way. */
  onItsWay: (batch: readonly Change[]) => readonly Change[] = (batch) => batch;
  /** What was done to groups and instances, in its order. */
  readonly calls: string[] = [];
  /** Called before each of them; throws to make it fail. */
  beforeCall: (call: string) => void | Promise<void> = () => undefined;
  readonly failures: Error[] = [];
  runs = 0;

  readonly #parts: CalledParts;
  readonly #capacity;
  readonly #underWay = new Set<Promise<unknown>>();
  /** All that the stream ever told. */
  readonly #told: Change[] = [];
  #waiting: Change[] = [];
  #streams = false;
  #nextTickMs = 0;
  #lifecycles = '';

  constructor(parts: CalledParts) {
    this.#parts = parts;
    this.#capacity = regionCapacity(parts.region, this);
  }

  wrote(change: TableChange): void {
    const one = { dynamodb: change };
    this.#told.push(one);
    if (passes(one)) this.#waiting.push(one);
  }

  /** Calls it where there is a reason to. */
  step(): void {
    const { region, nowMs } = this.#parts;
    const lifecycles = region.hosts.map(({ lifecycle }) => lifecycle).join();
    if (lifecycles !== this.#lifecycles) void this.call({ source: 'aws.autoscaling' });
    this.#lifecycles = lifecycles;
    if (nowMs() >= this.#nextTickMs) {
      this.#nextTickMs = nowMs() + MINUTE;
      void this.call({ source: 'aws.events' });
    }
    if (this.#waiting.length > 0 && !this.#streams) {
      this.#streams = true;
      const Records = this.onItsWay(this.#waiting.splice(0, BATCH));
      void this.call({ Records }).finally(() => (this.#streams = false));
    }
  }

  /** Never rejects: what failed is in `failures`. */
  async call(event: unknown): Promise<void> {
    if (this.away || !isWorthALook(event)) return;
    const runs = Array.from({ length: this.runsPerCall }, () => this.#run());
    const all = Promise.all(runs).finally(() => this.#underWay.delete(all));
    this.#underWay.add(all);
    await all;
  }

  /** Everything that the stream has told since the fleet began comes again. */
  async replay(): Promise<void> {
    const all = this.#told.filter(passes);
    for (const one of all) await this.call({ Records: [one] });
  }

  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #run(): Promise<void> {
    const { fleet, dynamo, table, nowMs } = this.#parts;
    try {
      await runController({
        deployment: 'drill',
        fleets: [fleet],
        capacity: this.#capacity,
        store: fleetStore(dynamo, table, `run ${++this.runs}`),
        weightsComplete: async () => true,
        nowMs,
        log: () => undefined,
      });
    } catch (error) {
      this.failures.push(error as Error);
    }
  }
}
