/** What each group is to launch within the hard maximum. */
import type { GroupState, Market } from '../../lib/capacity/fleet-state';
import { share } from '../../lib/capacity/share';

const group = (desired: number): GroupState => ({ desired, templateVersion: null, suspended: [], instances: [] });
const wishes = (spot: number, onDemand: number): Record<Market, GroupState> => ({
  spot: group(spot),
  onDemand: group(onDemand),
});

test('there is no more than the room, and on-demand goes first', () => {
  expect(share(wishes(0, 0), { spot: 3, onDemand: 2 }, [], [], { room: 4, left: 9, keptBack: 0 })).toEqual({
    spot: 2,
    onDemand: 2,
  });
  expect(share(wishes(0, 0), { spot: 3, onDemand: 2 }, [], [], { room: 4, left: 1, keptBack: 0 })).toEqual({
    spot: 0,
    onDemand: 1,
  });
  expect(share(wishes(0, 0), { spot: 3, onDemand: 2 }, [], [], { room: -1, left: 9, keptBack: 0 })).toEqual({
    spot: 0,
    onDemand: 0,
  });
});

test('room that one group was given and has not used is the other’s only when the wish is withdrawn', () => {
  const targets = { spot: 1, onDemand: 1 };
  const first = share(wishes(1, 0), targets, [], [], { room: 1, left: 9, keptBack: 0 });
  expect(first).toEqual({ spot: 0, onDemand: 0 });
  expect(share(wishes(0, 0), targets, [], [], { room: 1, left: 9, keptBack: 0 })).toEqual({ spot: 0, onDemand: 1 });
});

test('and the same the other way round', () => {
  const targets = { spot: 2, onDemand: 0 };
  expect(share(wishes(0, 2), targets, [], [], { room: 2, left: 9, keptBack: 0 })).toEqual({ spot: 0, onDemand: 0 });
  expect(share(wishes(0, 1), targets, [], [], { room: 2, left: 9, keptBack: 0 })).toEqual({ spot: 1, onDemand: 0 });
});

test('launches that are kept back are not for spot', () => {
  const launches = (left: number): unknown =>
    share(wishes(0, 0), { spot: 2, onDemand: 1 }, [], [], { room: 9, left, keptBack: 1 });
  expect([9, 3, 2, 1].map(launches)).toEqual([
    { spot: 2, onDemand: 1 },
    { spot: 2, onDemand: 1 },
    { spot: 1, onDemand: 1 },
    { spot: 0, onDemand: 1 },
  ]);
});
