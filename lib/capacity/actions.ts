/** What a decision asks for. Each may be done twice or, until the next run sees it, not at all. */
import type { Market } from './fleet-state';

export type Action =
  /** CloudFormation can suspend no process of a group. */
  | { readonly kind: 'suspend'; readonly market: Market; readonly process: Process }
  | { readonly kind: 'resume'; readonly market: Market; readonly process: Process }
  | {
      readonly kind: 'completeHook';
      readonly market: Market;
      readonly instanceId: string;
      readonly hook: Hook;
    }
  /**
   * Its group lets it drain by the hook and then ends it. The desired capacity falls by one, so that nothing follows by
   * itself: what follows is decided with the rest.
   */
  | { readonly kind: 'terminate'; readonly market: Market; readonly instanceId: string; readonly why: EndReason }
  | { readonly kind: 'setDesired'; readonly market: Market; readonly desired: number }
  /** A row that nobody will need any more: a command that was followed, or a host's that is gone. */
  | { readonly kind: 'deleteRow'; readonly id: string };

/** `Launch`: whether the group starts instances. `AZRebalance`: it kills healthy hosts to spread them. */
export type Process = 'AZRebalance' | 'Launch';

/** Names of the groups' lifecycle hooks. */
export const BOOT_HOOK = 'boot';
export const DRAIN_HOOK = 'drain';
export type Hook = typeof BOOT_HOOK | typeof DRAIN_HOOK;

/** Why an instance is given up. */
export const END_REASONS = [
  'surplus',
  'at_risk',
  'outdated',
  'interrupted',
  'boot_failed',
  'engine_failed',
  'silent',
  'gone',
  'left_out_pool',
  'drained_by_operator',
] as const;
export type EndReason = (typeof END_REASONS)[number];
