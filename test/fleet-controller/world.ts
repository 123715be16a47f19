/** The controller's own runs against a table in memory and the model of Auto Scaling, by a simulated clock. */
import type { Dynamo } from '../../lambda/aws/dynamo';
import { AwsError } from '../../lambda/aws/errors';
import type { Capacity } from '../../lambda/fleet-controller/capacity';
import { fleetStore } from '../../lambda/fleet-controller/fleet-store';
import { type ControllerDeps, runController } from '../../lambda/fleet-controller/run';
import type { Item } from '../../lib/tables/attributes';
import { commandItem } from '../../lib/tables/command-item';
import type { CommandRow } from '../../lib/tables/command-row';
import { fleetItem } from '../../lib/tables/fleet-item';
import { FLEET_TABLE_KEY } from '../../lib/tables/key-schemas';
import type { FleetStatusRow } from '../../lib/tables/status-row';
import { heldUpdate } from '../../lib/tables/wake-item';
import { SETTINGS, START } from '../capacity/simulation';
import { FakeRegion, HOUR, MINUTE } from '../support/fake-auto-scaling';
import { FakeError } from '../support/fake-dynamo/errors';
import { FakeTables } from '../support/fake-dynamo/tables';
import { GROUPS, regionCapacity } from '../support/region-capacity';

const TABLE = 'fleets';

export class World {
  readonly region: FakeRegion;
  readonly fleet: ControllerDeps['fleets'][number];
  /** What was done, in its order. */
  readonly calls: string[] = [];
  readonly lines: Record<string, unknown>[] = [];
  readonly metrics: Record<string, unknown>[] = [];
  /** Called before each call of Auto Scaling; throws to make it fail. */
  beforeCall: (call: string) => void | Promise<void> = () => undefined;
  /** Called before each operation of the table; throws to make it fail. */
  beforeTable: (operation: string) => void = () => undefined;
  /** Hosts' writes do not get through. */
  heartbeatsLost = false;
  /** Milliseconds by which hosts' clocks are ahead. */
  hostClockMs = 0;
  private readonly capacity: Capacity;
  // One row a page, so that whoever forgets the next page is seen.
  private readonly tables = new FakeTables(1);
  private readonly written = new Map<string, string>();
  private runs = 0;
  private commands = 0;

  constructor(settings: Partial<ControllerDeps['fleets'][number]> = {}) {
    this.fleet = { ...SETTINGS, bucket: 'models', weightsPrefix: 'weights/x/main', ...settings, groups: GROUPS };
    this.region = new FakeRegion(START, undefined, undefined, 'small', this.fleet.maxReplicas);
    this.capacity = regionCapacity(this.region, this);
    this.tables.run('CreateTable', {
      TableName: TABLE,
      KeySchema: [
        { AttributeName: FLEET_TABLE_KEY.partition, KeyType: 'HASH' },
        { AttributeName: FLEET_TABLE_KEY.sort, KeyType: 'RANGE' },
      ],
      AttributeDefinitions: Object.values(FLEET_TABLE_KEY).map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
    });
    this.tables.run('DescribeTable', { TableName: TABLE });
  }

  /** As AWS's client sees it. */
  readonly dynamo: Dynamo = {
    call: async <Output>(operation: string, input: object): Promise<Output> => {
      // A real call gives others their turn.
      await Promise.resolve();
      this.beforeTable(operation);
      try {
        return this.tables.run(operation, input) as Output;
      } catch (error) {
        if (!(error instanceof FakeError)) throw error;
        throw new AwsError(error.type, error.message, error.status, error.more);
      }
    },
  };

  run(changes: Partial<ControllerDeps> = {}): Promise<void> {
    this.writeRows();
    return runController({
      deployment: 'acme',
      fleets: [this.fleet],
      capacity: this.capacity,
      store: fleetStore(this.dynamo, TABLE, `run ${++this.runs}`),
      weightsComplete: async () => true,
      nowMs: () => this.region.nowMs,
      log: (line) => {
        const said = JSON.parse(line) as Record<string, unknown>;
        ('_aws' in said ? this.metrics : this.lines).push(said);
      },
      ...changes,
    });
  }

  /** A look each minute; one that fails is a look that failed. */
  async play(ms: number, each: () => void = () => undefined): Promise<void> {
    for (let left = ms; left > 0; left -= MINUTE) {
      this.region.advance(Math.min(MINUTE, left));
      each();
      await this.run().catch(() => undefined);
    }
  }

  /** Time goes by without the controller; hosts write on. */
  alone(ms: number): void {
    for (let left = ms; left > 0; left -= MINUTE) {
      this.region.advance(Math.min(MINUTE, left));
      this.writeRows();
    }
  }

  hold(): void {
    this.tables.run('UpdateItem', heldUpdate(TABLE, 'small', this.region.nowMs));
  }

  command(command: CommandRow['command'], stage: CommandRow['stage'] = 'none'): void {
    const id = `command#${++this.commands}`;
    const row: CommandRow = { fleet: 'small', id, command, stage, givenMs: this.region.nowMs };
    this.tables.run('PutItem', { TableName: TABLE, Item: commandItem(row) });
  }

  get ready(): number {
    return this.region.ready().length;
  }

  /** What all looks together have counted. */
  counted(metric: string): number {
    return this.metrics.reduce((sum, line) => sum + ((line[metric] as number | undefined) ?? 0), 0);
  }

  get status(): FleetStatusRow {
    return this.lines.at(-1) as unknown as FleetStatusRow;
  }

  ids(): string[] {
    return this.items().map(({ id }) => (id as { S: string }).S);
  }

  /** Every replica is let go, and then nothing may be left: no instance, no hook, no row of a host, no command. */
  async end(): Promise<{ instances: number; listed: number; rows: string[]; desired: number }> {
    this.command('drain');
    await this.play(2 * HOUR);
    const { region } = this;
    return {
      instances: region.live().length,
      listed: region.group('spot').instances.length + region.group('onDemand').instances.length,
      rows: this.ids().filter((id) => id !== 'status' && id !== 'wake'),
      desired: region.groups.spot.desired + region.groups.onDemand.desired,
    };
  }

  private items(): Item[] {
    const items: Item[] = [];
    let from: Item | undefined;
    do {
      const page = this.tables.run('Scan', { TableName: TABLE, ...(from && { ExclusiveStartKey: from }) }) as {
        Items: Item[];
        LastEvaluatedKey?: Item;
      };
      items.push(...page.Items);
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return items;
  }

  /** What hosts have written since. */
  private writeRows(): void {
    if (this.heartbeatsLost) return;
    for (const row of this.region.rows()) {
      const beat = `${row.sequence} ${row.state}`;
      if (this.written.get(row.id) === beat) continue;
      this.written.set(row.id, beat);
      const heartbeatMs = row.heartbeatMs + this.hostClockMs;
      this.tables.run('PutItem', { TableName: TABLE, Item: fleetItem({ ...row, heartbeatMs }) });
    }
  }
}

export const NOTHING_LEFT = { instances: 0, listed: 0, rows: [], desired: 0 };
