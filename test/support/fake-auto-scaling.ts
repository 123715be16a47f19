/** The model of Auto Scaling, EC2 and hosts that `replay` plays on (`lib/capacity/replay/region.ts`), as tests use it. */
import { type ModelHost, failHost } from '../../lib/capacity/replay/host';
import { Region } from '../../lib/capacity/replay/region';

export { RETRY_MS, STEP_MS } from '../../lib/capacity/replay/region';
export type { Pool } from '../../lib/capacity/replay/host';
export type FakeHost = ModelHost;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export class FakeRegion extends Region {
  /** All launches, in their order. */
  readonly launches: { readonly atMs: number; readonly id: string }[] = [];

  constructor(
    startMs: number,
    readonly types: readonly string[] = ['g6e.xlarge', 'g6e.2xlarge', 'g6e.4xlarge'],
    zones: readonly string[] = ['a', 'b', 'c'],
    readonly fleet = 'small',
    max = 4,
  ) {
    super({ startMs, types, zones, fleet, max });
    this.onLaunch = ({ launchMs, id }) => this.launches.push({ atMs: launchMs, id });
  }

  fail(host: FakeHost, phase: string): void {
    failHost(host, phase, this.nowMs);
  }
}
