/** What a check is: a function from the config and what an account says to findings. */
import type { FleetChoice } from '../../config/lock';
import type { Config } from '../../config/schema';
import type { Problem } from '../../lib/selection/resolve';
import type { Account } from './account';
import type { DoctorFinding } from './finding';

export interface DoctorCheck {
  /** In kebab case. */
  readonly name: string;
  /** What it looks at, in one sentence for the page and for who waits. */
  readonly looksAt: string;
  /** IAM actions that it needs to look. */
  readonly permissions: readonly string[];
  /** What mends it, in one sentence for the page. A finding says the exact command. */
  readonly remedy: string;
  /** None: nothing in the config needs it. */
  run(given: Given, account: Account): Promise<readonly DoctorFinding[]>;
}

/** What is to be deployed. */
export interface Given {
  readonly config: Config;
  /** Fleets on hosts of ours whose choice is known. */
  readonly fleets: readonly HostedFleet[];
  readonly amiId: string | null;
  readonly engineDigest: string | null;
  /** What the lock file has against the config. */
  readonly lockProblems: readonly Problem[];
  /** Of the CDK's bootstrap stack. */
  readonly qualifier: string;
}

export interface HostedFleet {
  readonly name: string;
  readonly fleet: Config['fleets'][string];
  readonly choice: FleetChoice;
}

/** Where a fleet's hosts can come from. */
export function purchasesOf({ capacity }: HostedFleet['fleet']): readonly ('spot' | 'on-demand')[] {
  const { spot, onDemandBase, onDemandFallback } = capacity;
  return [
    ...(spot ? (['spot'] as const) : []),
    ...(!spot || onDemandFallback || onDemandBase > 0 ? (['on-demand'] as const) : []),
  ];
}

export const poolsOf = (fleets: readonly HostedFleet[]): string[] => [
  ...new Set(fleets.flatMap(({ choice }) => choice.instanceTypes)),
];
