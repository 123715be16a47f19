/** Fleets hear of the kill switch's stage once a change, whatever goes wrong on the way. */
import { AwsError } from '../../lambda/aws/errors';
import type { MeterDeps } from '../../lambda/spend-meter/run';
import { followCommands } from '../../lib/capacity/commands';
import { NO_MEMORY, type Memory } from '../../lib/capacity/memory';
import type { KillSwitch } from '../../lib/spend/kill-switch';
import { readCommandItem } from '../../lib/tables/command-item';
import type { CommandRow } from '../../lib/tables/command-row';
import { HOUR, Meter, NOON } from './meter';

const SWITCH: KillSwitch = {
  monthlyUsd: 100,
  stages: [
    { stage: 'notify', percent: 80 },
    { stage: 'clamp', percent: 110 },
    { stage: 'zero', percent: 120 },
  ],
};

/** A meter whose hosts cost nothing, so that the month is what the test says. */
class Guarded extends Meter {
  private at = NOON;

  async after(spentUsd: number, changes: Partial<MeterDeps> = {}): Promise<void> {
    this.at += HOUR;
    const month = new Date(this.at).toISOString().slice(0, 7);
    this.tables.put('ledger', { id: { S: month }, total: { N: String(spentUsd * 1e9) } });
    await this.run(this.at, { listHosts: async () => [], killSwitch: SWITCH, ...changes });
  }

  nextMonth(): void {
    this.at = Date.parse('2026-12-01T00:00:00Z');
  }

  commands(table = 'replicas'): CommandRow[] {
    return this.tables.rows(table).flatMap((item) => readCommandItem(item) ?? []);
  }

  /** What a controller makes of its rows: it follows them and takes them away. */
  follow(memory: Memory = NO_MEMORY): Memory {
    const commands = this.commands();
    for (const { fleet, id } of commands) this.tables.delete('replicas', { fleet: { S: fleet }, id: { S: id } });
    return followCommands(memory, commands);
  }
}

const stagesOf = (rows: readonly CommandRow[]): unknown[] => rows.map(({ fleet, stage }) => [fleet, stage]);

const TWO = { fleetTables: { 'llama-8b': 'replicas', embed: 'others' } };

const failsAt = (wanted: string, of: string) => (operation: string, table: string) => {
  if (operation === wanted && table === of) throw new AwsError('InternalServerError', `${table} is unwell`, 500);
};

test('a stage is told once when it is reached, and the next one when that is', async () => {
  const meter = new Guarded();
  await meter.after(79);
  expect(meter.commands()).toEqual([]);
  await meter.after(111);
  await meter.after(112);
  const [row] = meter.commands();
  expect(row).toMatchObject({ fleet: 'llama-8b', command: 'stage', stage: 'clamp', givenMs: NOON + 2 * HOUR });
  const memory = meter.follow();
  expect(memory.stage).toBe('clamp');
  await meter.after(113);
  expect(meter.commands()).toEqual([]);
  await meter.after(120);
  expect(meter.follow(memory).stage).toBe('zero');
});

test('what a controller has not followed yet stays, and the later one counts', async () => {
  const meter = new Guarded();
  await meter.after(111);
  await meter.after(121);
  await meter.after(81);
  expect(meter.commands()).toHaveLength(3);
  expect(meter.follow().stage).toBe('notify');
});

test('GPU hosts and models count together', async () => {
  const meter = new Guarded();
  const gpu = { id: { S: '2026-11' }, total: { N: '40000000000' }, gpu: { N: '75000000000' } };
  meter.tables.put('ledger', gpu);
  await meter.run(NOON, { listHosts: async () => [], killSwitch: SWITCH });
  expect(stagesOf(meter.commands())).toEqual([['llama-8b', 'clamp']]);
});

test('a new month takes it back, and so does a larger budget, or none at all', async () => {
  const meter = new Guarded();
  await meter.after(130);
  expect(meter.follow().stage).toBe('zero');
  await meter.after(131, { killSwitch: { ...SWITCH, monthlyUsd: 1000 } });
  expect(meter.follow().stage).toBe('none');
  await meter.after(132);
  expect(meter.follow().stage).toBe('zero');
  await meter.after(133, { killSwitch: null });
  expect(stagesOf(meter.commands())).toEqual([['llama-8b', 'none']]);
  meter.follow();
  await meter.after(134);
  expect(meter.follow().stage).toBe('zero');
  meter.nextMonth();
  await meter.after(0.5);
  expect(meter.follow().stage).toBe('none');
});

test('a run that dies before it remembers is repeated with the same row, which harms nothing', async () => {
  const meter = new Guarded();
  // The meter's own state is written first; what was told comes second.
  let writes = 0;
  meter.tables.before = (operation, table) => {
    if (operation === 'PutItem' && table === 'ledger' && ++writes === 2) failsAt('PutItem', 'ledger')(operation, table);
  };
  await expect(meter.after(121)).rejects.toThrow('kill switch: ledger is unwell');
  meter.tables.before = () => undefined;
  const [first] = meter.commands();
  await meter.after(122);
  expect(meter.commands().map(({ id }) => id)).toEqual([first?.id]);
  const memory = meter.follow();
  await meter.after(123);
  expect([memory.stage, meter.commands()]).toEqual(['zero', []]);
});

test('a fleet whose table fails is told by the next run, and the others need not hear it again', async () => {
  const meter = new Guarded();
  meter.tables.before = failsAt('PutItem', 'others');
  await expect(meter.after(121, TWO)).rejects.toThrow('kill switch: embed was not told: others is unwell');
  expect([stagesOf(meter.commands()), meter.commands('others')]).toEqual([[['llama-8b', 'zero']], []]);
  meter.follow();
  meter.tables.before = () => undefined;
  await meter.after(122, TWO);
  expect([meter.commands(), stagesOf(meter.commands('others'))]).toEqual([[], [['embed', 'zero']]]);
});

test('a fleet that comes later hears the stage that holds, also one that comes back', async () => {
  const meter = new Guarded();
  await meter.after(121);
  meter.follow();
  await meter.after(122, TWO);
  expect([meter.commands(), stagesOf(meter.commands('others'))]).toEqual([[], [['embed', 'zero']]]);
  await meter.after(123, { fleetTables: { embed: 'others' } });
  await meter.after(124, TWO);
  expect(stagesOf(meter.commands())).toEqual([['llama-8b', 'zero']]);
  meter.follow();
  await meter.after(125, { fleetTables: {} });
  await meter.after(126);
  expect(stagesOf(meter.commands())).toEqual([['llama-8b', 'zero']]);
});

test('where it is not known what the hosts cost nobody is told anything', async () => {
  const meter = new Guarded();
  await meter.after(121);
  meter.follow();
  const unwell = meter.after(1, { listHosts: () => Promise.reject(new Error('EC2 is unwell')) });
  await expect(unwell).rejects.toThrow('EC2 is unwell');
  expect([meter.commands(), meter.lines.at(-1)?.['stage']]).toEqual([[], null]);
});

test('of runs at once one tells', async () => {
  const meter = new Guarded();
  meter.tables.put('ledger', { id: { S: '2026-11' }, total: { N: '121000000000' } });
  let writes = 0;
  meter.tables.after = (operation, table) => void (operation === 'PutItem' && table === 'replicas' && (writes += 1));
  const guarded = { listHosts: async () => [], killSwitch: SWITCH };
  await Promise.all([meter.run(NOON, guarded), meter.run(NOON, guarded), meter.run(NOON + 5, guarded)]);
  expect(writes).toBe(1);
});

test('without fleets nothing is told or remembered, and the log still says the stage', async () => {
  const meter = new Guarded();
  await meter.after(121, { fleetTables: {} });
  expect(meter.tables.ledgerItem('kill-switch')).toEqual({});
  expect(meter.lines.at(-1)).toMatchObject({ stage: 'zero', failures: [] });
});
