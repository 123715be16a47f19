/** Tables on a fake that can fail, a clock that the test sets, and what the stores report. Fresh for each test. */
import { type LocalTables, localTables } from '../../bin/commands/local-tables';
import type { Dynamo } from '../../lambda/aws/dynamo';
import type { TableFailure } from '../../lib/records/table-failure';
import { type FakeDynamo, type Fault, startFakeDynamo } from './fake-dynamo';

export const NOON = Date.UTC(2026, 10, 21, 12, 0, 30);

/** An error that is not tried again: the same as a table that stays broken, and sooner. */
export const DENIED: Fault = { kind: 'error', type: 'AccessDeniedException' };

export class FailingTables {
  fake!: FakeDynamo;
  tables!: LocalTables;
  now = NOON;
  failures: TableFailure[] = [];
  private readonly underWay = new Set<Promise<unknown>>();
  readonly nowMs = (): number => this.now;
  readonly report = (failure: TableFailure): void => void this.failures.push(failure);

  /** Registers what makes and ends it around each test of the file. */
  static inEachTest(): FailingTables {
    const on = new FailingTables();
    beforeEach(async () => {
      on.now = NOON;
      on.failures = [];
      on.fake = await startFakeDynamo();
      const tables = await localTables(on.fake.url, { name: 't', region: 'us-east-1' });
      on.tables = { ...tables, dynamo: on.watched(tables.dynamo) };
      on.fake.calls.length = 0;
    });
    afterEach(() => on.fake.stop());
    return on;
  }

  /** Resolves when no call is under way, also none that nobody waits for. */
  async idle(): Promise<void> {
    while (this.underWay.size > 0) await Promise.allSettled(this.underWay);
    await new Promise((resolve) => setImmediate(resolve));
  }

  private watched({ call }: Dynamo): Dynamo {
    return {
      call: (operation, input) => {
        const answer = call<never>(operation, input);
        this.underWay.add(answer);
        const done = (): void => void this.underWay.delete(answer);
        answer.then(done, done);
        return answer;
      },
    };
  }

  /** How often an operation was asked for. */
  asked(operation: string): number {
    return this.fake.calls.filter((call) => call.operation === operation).length;
  }
}
