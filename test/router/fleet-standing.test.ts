/** What a replica has to do, by its row and by what this process has sent it since. */
import { loaded } from '../../lambda/router/fleet-standing';
import { InFlight } from '../../lambda/router/in-flight';
import type { ReplicaRow } from '../../lambda/router/stores/stores';

let now = 0;
let inFlight: InFlight;

beforeEach(() => {
  now = 1_000;
  inFlight = new InFlight(() => now);
});

const row = (rest: Partial<ReplicaRow> = {}): ReplicaRow => ({
  id: 'i-1',
  url: 'http://10.0.0.1:8000',
  ready: true,
  running: 2,
  waiting: 0,
  ...rest,
});

const loadOf = (rest: Partial<ReplicaRow>): [number, number | undefined] => {
  const [{ running, waiting } = row()] = loaded([row(rest)], inFlight);
  return [running, waiting];
};

test('requests of our own that the row knows of count once', () => {
  inFlight.enter('i-1');
  inFlight.enter('i-1');
  now = 2_000;
  expect(loadOf({ loadAsOfMs: 2_000 })).toEqual([2, 0]);
});

test('those that came later count beside it, and no more when they are done', () => {
  inFlight.enter('i-1');
  now = 2_000;
  const leave = inFlight.enter('i-1');
  inFlight.enter('i-2');
  expect(loadOf({ loadAsOfMs: 1_500 })).toEqual([3, 0]);
  leave();
  expect(loadOf({ loadAsOfMs: 1_500 })).toEqual([2, 0]);
});

test('all of them count where the row never knows of any', () => {
  inFlight.enter('i-1');
  expect(loadOf({ running: 0 })).toEqual([1, 0]);
});

test('where some wait, those that came later wait behind them', () => {
  inFlight.enter('i-1');
  expect(loadOf({ waiting: 3, loadAsOfMs: 500 })).toEqual([2, 4]);
});

test('what is under way is counted by place, and each leaves once', () => {
  const leave = inFlight.enter('i-1');
  leave();
  const stays = inFlight.enter('i-1');
  leave();
  expect(inFlight.of('i-1')).toBe(1);
  stays();
  expect([inFlight.of('i-1'), inFlight.since('i-1', 0)]).toEqual([0, 0]);
});
