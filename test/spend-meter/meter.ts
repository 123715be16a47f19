/** A meter on tables in memory, with one fleet of one host, run by run. */
import { type MeterStore, meterStore } from '../../lambda/spend-meter/meter-store';
import { readyReplicas } from '../../lambda/spend-meter/ready-replicas';
import { type MeterDeps, runMeter } from '../../lambda/spend-meter/run';
import { sweepReservations } from '../../lambda/router/stores/sweep-reservations';
import type { MeterDatum } from '../../lib/records/fleet-metrics';
import type { Host } from '../../lib/spend/gpu-cost';
import { numberIn } from '../../lib/tables/attributes';
import { commandItem } from '../../lib/tables/command-item';
import { MeterTables } from './meter-tables';

export const NOON = Date.parse('2026-11-21T12:00:00Z');
const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** g6.xlarge costs $0.8048 an hour on demand, by the catalogue. */
export const HOST: Host = {
  id: 'i-1',
  fleet: 'llama-8b',
  instanceType: 'g6.xlarge',
  zone: 'us-east-1a',
  spot: false,
  launchMs: NOON,
  live: true,
  endMs: null,
};

export class Meter {
  readonly tables = new MeterTables();
  private runs = 0;
  readonly published: MeterDatum[][] = [];
  readonly lines: Record<string, unknown>[] = [];

  /** As one run has it. */
  store(dynamo = this.tables.dynamo): MeterStore {
    return meterStore(dynamo, 'ledger', `run ${++this.runs}`);
  }

  run(nowMs: number, changes: Partial<MeterDeps> = {}): Promise<void> {
    return runMeter({
      region: 'us-east-1',
      fleetTables: { 'llama-8b': 'replicas' },
      killSwitch: null,
      store: this.store(),
      nowMs: () => nowMs,
      listHosts: async () => [HOST],
      spotPrices: async () => new Map(),
      readyReplicas: (table, fleet) => readyReplicas(this.tables.dynamo, table, fleet, nowMs),
      tellFleet: async (table, row) =>
        void (await this.tables.dynamo.call('PutItem', { TableName: table, Item: commandItem(row) })),
      sweepReservations: () => sweepReservations(this.tables.dynamo, 'ledger', nowMs),
      publish: async (data) => void this.published.push([...data]),
      log: (line) => void this.lines.push(JSON.parse(line) as Record<string, unknown>),
      ...changes,
    });
  }

  /** Nano-US-dollars of the month. */
  gpu(attribute = 'gpu', month = '2026-11'): number {
    return numberIn(this.tables.ledgerItem(month), attribute) ?? 0;
  }

  value(name: string, fleet: string | null): number | undefined {
    return this.published.at(-1)?.find((datum) => datum.name === name && datum.fleet === fleet)?.value;
  }
}
