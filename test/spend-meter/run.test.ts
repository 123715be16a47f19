/** Runs of the meter on tables: dollars booked once whatever goes wrong, and every failure told. */
import { AwsError } from '../../lambda/aws/errors';
import { HOST, HOUR, Meter, NOON } from './meter';

const fails = (): never => {
  throw new AwsError('InternalServerError', 'the table is unwell', 500);
};

test('adds what hosts cost since the last run to the month, of all and of each fleet', async () => {
  const meter = new Meter();
  await meter.run(NOON + HOUR / 2);
  await meter.run(NOON + HOUR);
  expect(meter.gpu()).toBe(804_800_000);
  expect(meter.gpu('gpu:llama-8b')).toBe(804_800_000);
});

test('publishes hosts, dollars, replicas and the month', async () => {
  const meter = new Meter();
  meter.tables.put('ledger', { id: { S: '2026-11' }, total: { N: '2000000000' } });
  await meter.run(NOON + HOUR);
  const [data = []] = meter.published;
  expect(Object.fromEntries(data.map(({ name, fleet, value }) => [`${name} ${fleet ?? ''}`.trim(), value]))).toEqual({
    'ReadyReplicas llama-8b': 0,
    'Hosts llama-8b': 1,
    'GpuUsdPerHour llama-8b': 0.8048,
    'GpuUsd llama-8b': 0.8048,
    GpuUsdPerHour: 0.8048,
    GpuUsd: 0.8048,
    UnknownGpuPrice: 0,
    SpendMonthUsd: 2.8048,
    ProjectedMonthUsd: expect.closeTo(2.8048 * (1 + 9.4583), 2) as number,
  });
});

test('a fleet without hosts is published as none, so that graphs and alarms have a value', async () => {
  const meter = new Meter();
  await meter.run(NOON, { listHosts: async () => [] });
  expect([meter.value('Hosts', 'llama-8b'), meter.value('GpuUsdPerHour', null)]).toEqual([0, 0]);
});

test('counts replicas that are ready and alive, on all pages', async () => {
  const meter = new Meter();
  const replicas: [string, number][] = [
    ['ready', 0],
    ['ready', 14_000],
    ['ready', 15_000],
    ['draining', 0],
  ];
  replicas.forEach(([state, silentMs], index) => {
    const id = `replica#i-${index}`;
    const row = { fleet: { S: 'llama-8b' }, id: { S: id }, state: { S: state }, sequence: { N: '1' } };
    meter.tables.put('replicas', { ...row, heartbeatMs: { N: String(NOON - silentMs) } });
  });
  await meter.run(NOON);
  expect(meter.value('ReadyReplicas', 'llama-8b')).toBe(2);
});

test('a doubled run adds nothing and reports no dollars of its own', async () => {
  const meter = new Meter();
  await meter.run(NOON + HOUR);
  // It has read what the other had read, and comes second.
  await meter.run(NOON + HOUR + 1, { store: { ...meter.store(), read: async () => null } });
  expect(meter.gpu()).toBe(804_800_000);
  expect(meter.value('GpuUsd', null)).toBeUndefined();
  expect(meter.value('Hosts', 'llama-8b')).toBe(1);
});

test('runs at once add once, and one of them reports the dollars', async () => {
  const meter = new Meter();
  await Promise.all([meter.run(NOON + HOUR), meter.run(NOON + HOUR), meter.run(NOON + HOUR + 5)]);
  const reports = meter.published.flat().filter(({ name, fleet }) => name === 'GpuUsd' && fleet === null);
  expect(reports).toHaveLength(1);
  await meter.run(NOON + 2 * HOUR);
  expect(meter.gpu()).toBe(1_609_600_000);
});

test('a run by a clock that stands behind neither adds nor loses anything', async () => {
  const meter = new Meter();
  const later = { ...HOST, id: 'i-2' };
  await meter.run(NOON + HOUR);
  await meter.run(NOON + HOUR / 2, { listHosts: async () => [HOST, later] });
  expect(meter.gpu()).toBe(804_800_000);
  await meter.run(NOON + 2 * HOUR, { listHosts: async () => [HOST, later] });
  expect(meter.gpu()).toBe(4 * 804_800_000);
});

test('what a run could not book any more the next one books', async () => {
  const meter = new Meter();
  meter.tables.before = (operation) => void (operation === 'UpdateItem' && fails());
  await expect(meter.run(NOON + HOUR)).rejects.toThrow('the table is unwell');
  expect(meter.gpu()).toBe(0);
  meter.tables.before = () => undefined;
  await meter.run(NOON + 2 * HOUR);
  expect(meter.gpu()).toBe(1_609_600_000);
});

test('a booking whose answer was lost is not booked again', async () => {
  const meter = new Meter();
  meter.tables.after = (operation) => void (operation === 'UpdateItem' && fails());
  await expect(meter.run(NOON + HOUR)).rejects.toThrow();
  meter.tables.after = () => undefined;
  await meter.run(NOON + 2 * HOUR);
  expect(meter.gpu()).toBe(1_609_600_000);
});

test('a state that is sent twice since its answer was lost counts as saved', async () => {
  const meter = new Meter();
  const { call } = meter.tables.dynamo;
  const twice = <Output>(operation: string, input: object): Promise<Output> =>
    operation === 'PutItem'
      ? call(operation, input).then(() => call<Output>(operation, input))
      : call<Output>(operation, input);
  await meter.run(NOON + HOUR, { store: meter.store({ call: twice }) });
  expect([meter.gpu(), meter.value('GpuUsd', null)]).toEqual([804_800_000, 0.8048]);
});

test('one part that fails does not keep the others, and the run fails with its reason', async () => {
  const meter = new Meter();
  const failed = meter.run(NOON + HOUR, {
    readyReplicas: async () => fails(),
    sweepReservations: () => Promise.reject(new Error('no sweep')),
  });
  await expect(failed).rejects.toThrow(/reservations: no sweep; replicas of llama-8b: the table is unwell/);
  expect(meter.gpu()).toBe(804_800_000);
  expect(meter.value('Hosts', 'llama-8b')).toBe(1);
  expect(meter.value('ReadyReplicas', 'llama-8b')).toBeUndefined();
  expect(meter.lines).toMatchObject([
    { failures: ['reservations: no sweep', 'replicas of llama-8b: the table is unwell'] },
  ]);
});

test('without the hosts nothing is said of dollars, rather than too little', async () => {
  const meter = new Meter();
  await expect(meter.run(NOON, { listHosts: () => Promise.reject(new Error('EC2 is unwell')) })).rejects.toThrow(
    'GPU hosts: EC2 is unwell',
  );
  expect(meter.published[0]?.map(({ name }) => name)).toEqual(['ReadyReplicas']);
});

test('a run whose metrics are refused has booked, and fails', async () => {
  const meter = new Meter();
  await expect(meter.run(NOON + HOUR, { publish: () => Promise.reject(new Error('throttled')) })).rejects.toThrow(
    'metrics: throttled',
  );
  expect(meter.gpu()).toBe(804_800_000);
});

test('gives back reservations of requests that died', async () => {
  const meter = new Meter();
  const month = { id: { S: '2026-11' }, total: { N: '5' }, 'total:a': { N: '5' }, 'reserved:1:a': { N: '5' } };
  meter.tables.put('ledger', month);
  await meter.run(NOON, { listHosts: async () => [] });
  expect(meter.tables.ledgerItem('2026-11')).toMatchObject({ total: { N: '0' }, 'total:a': { N: '0' } });
  expect(meter.lines).toMatchObject([{ kind: 'spend-meter', swept: { nanoUsd: 5, closed: 1 }, failures: [] }]);
});
