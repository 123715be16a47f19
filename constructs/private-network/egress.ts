/** The open lane's way out of a VPC that `PrivateNetwork` makes. GPU hosts and the sealed lane never get one. */
export enum Egress {
  /** One NAT gateway with an address in the first zone: $36.50 a month and $0.045 a gigabyte. Reaches every provider. */
  NAT = 'nat',

  /**
   * An egress-only internet gateway for IPv6: nothing a month. Reaches only providers whose names have AAAA records, and
   * only from functions with `ipv6AllowedForDualStack`.
   */
  IPV6 = 'ipv6',

  /** None: the open lane then shares the isolated subnets, and reaches fleets and interface endpoints. */
  NONE = 'none',
}
