import { blockOf, prefixOf } from '../../../constructs/private-network/cidr';

test.each([
  ['10.0.0.0/16', 20, 0, '10.0.0.0/20'],
  ['10.0.0.0/16', 20, 15, '10.0.240.0/20'],
  ['10.0.240.0/20', 24, 2, '10.0.242.0/24'],
  ['192.168.16.0/20', 28, 255, '192.168.31.240/28'],
  ['255.255.0.0/16', 17, 1, '255.255.128.0/17'],
])('%s has a /%i at index %i: %s', (cidr, prefix, index, block) => {
  expect(blockOf(cidr, prefix, index)).toBe(block);
});

test.each(['10.0.0.0', '10.0.0/16', '10.0.256.0/24', '10.0.0.0/33', '10.0.1.0/16', 'fd00::/8', ''])(
  'fails for %j',
  (cidr) => {
    expect(() => prefixOf(cidr)).toThrow(`expected an IPv4 block such as 10.0.0.0/16, got ${cidr}`);
  },
);

test('fails for a block outside', () => {
  expect(() => blockOf('10.0.0.0/16', 20, 16)).toThrow('block 16 of /20 does not fit into 10.0.0.0/16');
  expect(() => blockOf('10.0.0.0/16', 8, 0)).toThrow('does not fit');
});
