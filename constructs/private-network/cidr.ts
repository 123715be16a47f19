const IPV4_BLOCK = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

/** The `index`-th block with `prefix` bits inside `cidr`, such as `10.0.32.0/20` for index 2 of `10.0.0.0/16`. */
export function blockOf(cidr: string, prefix: number, index: number): string {
  const { start, bits } = parse(cidr);
  const size = 2 ** (32 - prefix);
  if (prefix < bits || index >= 2 ** (prefix - bits)) {
    throw new Error(`block ${index} of /${prefix} does not fit into ${cidr}`);
  }
  const address = start + index * size;
  return `${[24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')}/${prefix}`;
}

/** Bits of the network part. Throws where `cidr` is no IPv4 block, or one that starts inside another. */
export function prefixOf(cidr: string): number {
  return parse(cidr).bits;
}

function parse(cidr: string): { start: number; bits: number } {
  const numbers = IPV4_BLOCK.exec(cidr)?.slice(1).map(Number);
  const [a = 256, b = 256, c = 256, d = 256, bits = 33] = numbers ?? [];
  const start = ((a * 256 + b) * 256 + c) * 256 + d;
  if ([a, b, c, d].some((octet) => octet > 255) || bits > 32 || start % 2 ** (32 - bits) !== 0) {
    throw new Error(`expected an IPv4 block such as 10.0.0.0/16, got ${cidr}`);
  }
  return { start, bits };
}
