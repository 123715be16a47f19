/** Which stage of the kill switch a month's spend has reached. */
import { type KillSwitch, readKillStage, stageReached } from '../../lib/spend/kill-switch';

const SWITCH: KillSwitch = {
  monthlyUsd: 2000,
  stages: [
    { stage: 'notify', percent: 80 },
    { stage: 'closed-off', percent: 100 },
    { stage: 'clamp', percent: 110 },
    { stage: 'zero', percent: 120 },
  ],
};

test.each([
  [0, 'none'],
  [1599.99, 'none'],
  [1600, 'notify'],
  [2000, 'closed-off'],
  [2199.99, 'closed-off'],
  [2200, 'clamp'],
  [2400, 'zero'],
  [1e9, 'zero'],
] as const)('at %d dollars of 2000 it is %s', (spentUsd, stage) => {
  expect(stageReached(SWITCH, spentUsd)).toBe(stage);
});

test('without a switch, or without stages, none is ever reached', () => {
  expect(stageReached(null, 1e9)).toBe('none');
  expect(stageReached({ monthlyUsd: 1, stages: [] }, 1e9)).toBe('none');
});

test('of those that have begun the severest counts, in whatever order they are written', () => {
  const stages = [...SWITCH.stages].reverse();
  expect(stageReached({ ...SWITCH, stages }, 2300)).toBe('clamp');
  const crossed: KillSwitch = {
    monthlyUsd: 100,
    stages: [
      { stage: 'zero', percent: 50 },
      { stage: 'notify', percent: 90 },
    ],
  };
  expect(stageReached(crossed, 95)).toBe('zero');
});

test.each([
  ['notify@80', { stage: 'notify', percent: 80 }],
  ['closed-off@100', { stage: 'closed-off', percent: 100 }],
  ['zero@999', { stage: 'zero', percent: 999 }],
  ['zero@0', null],
  ['zero@1000', null],
  ['zero@1.5', null],
  ['zero', null],
  ['off@80', null],
  [' zero@80', null],
])('%j is read as %j', (written, stage) => {
  expect(readKillStage(written)).toEqual(stage);
});
