import { readFileSync } from 'node:fs';
import { bestZones } from '../../bin/doctor/checks/zones';
import { writeZones } from '../../bin/doctor/write-zones';
import { parseConfig } from '../../lib/config/parse';
import { CONFIG, given } from './account';

const AFTER = ['us-east-1b', 'us-east-1d'];
const [LINE = ''] = CONFIG.split('\n').filter((line) => line.startsWith('network'));
const write = (network: string): string => {
  const written = writeZones(CONFIG.replace(`${LINE}\n`, network), AFTER);
  if ('problem' in written) throw new Error(written.problem);
  expect(parseConfig(written.text).config?.network.azs).toEqual(AFTER);
  return written.text;
};
const around = (network: string): string => CONFIG.replace(`${LINE}\n`, network);

test.each([
  [
    'a list in a line',
    'network: { azs: [us-east-1a], endpointAzs: 1 } # ours\n',
    'network: { azs: [us-east-1b, us-east-1d], endpointAzs: 1 } # ours\n',
  ],
  [
    'a list in a block',
    'network:\n  # why\n  azs: [us-east-1a, us-east-1b]   # these\n  egress: nat\n',
    'network:\n  # why\n  azs: [us-east-1b, us-east-1d]   # these\n  egress: nat\n',
  ],
  [
    'a list of lines',
    'network:\n  azs:\n    - us-east-1a\n    - us-east-1b\n  egress: nat # out\n',
    'network:\n  azs:\n    [us-east-1b, us-east-1d]\n  egress: nat # out\n',
  ],
  [
    'a block without',
    'network:\n  egress: nat # out\n',
    'network:\n  azs: [us-east-1b, us-east-1d]\n  egress: nat # out\n',
  ],
  ['a line without', 'network: { egress: nat }\n', 'network: { azs: [us-east-1b, us-east-1d], egress: nat }\n'],
  ['an empty one', 'network: {}\n', 'network: { azs: [us-east-1b, us-east-1d] }\n'],
])('%s: the zones change, and nothing else', (_, before, after) => {
  expect(write(before)).toBe(around(after));
});

test('no network at all: it is added, comments stay', () => {
  const written = writeZones(`# ours\n${around('')}`, AFTER);
  expect(written).toEqual({ text: expect.stringContaining('# ours') as string });
  expect(write('')).toContain('azs: [ us-east-1b, us-east-1d ]');
});

test('in the example one line changes', () => {
  const text = readFileSync('config/hybrid-llm.yaml', 'utf8');
  const written = writeZones(text, AFTER);
  const lines = 'text' in written ? written.text.split('\n') : [];
  expect(lines.filter((line, index) => line !== text.split('\n')[index])).toEqual(['  azs: [us-east-1b, us-east-1d]']);
});

test('a config that would have an error is not made', () => {
  const text = CONFIG.replace(LINE, 'network: { azs: [us-east-1a, us-east-1b, us-east-1c], endpointAzs: 3 }');
  expect(writeZones(text, AFTER)).toEqual({ problem: expect.stringContaining('endpointAzs') as string });
});

describe('the best zones', () => {
  const { fleets } = given();
  const best = (current: readonly string[], ...offers: readonly (readonly [zone: string, pools: number])[]): string[] =>
    bestZones(
      fleets,
      offers.flatMap(([zone, pools]) =>
        (fleets[0]?.choice.instanceTypes ?? []).slice(0, pools).map((instanceType) => ({ instanceType, zone })),
      ),
      current,
    );

  test('are those with the most pools, all of them, and three if there are', () => {
    expect(best([], ['d', 3], ['a', 3], ['b', 3], ['c', 3])).toEqual(['a', 'b', 'c', 'd']);
    expect(best([], ['a', 1], ['b', 3], ['c', 2], ['d', 1])).toEqual(['b', 'c', 'a']);
    expect(best([], ['a', 1])).toEqual(['a']);
    expect(best([])).toEqual([]);
  });

  test('keep the order of those that the config has', () => {
    expect(best(['c', 'x', 'a'], ['a', 3], ['b', 3], ['c', 3])).toEqual(['c', 'a', 'b']);
  });

  test('do not count types that no fleet has', () => {
    expect(bestZones(fleets, [{ instanceType: 'm7g.large', zone: 'z' }], [])).toEqual([]);
  });
});
