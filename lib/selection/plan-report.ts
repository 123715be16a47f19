/** What `plan` says: the contract of `plan --json`. Memory in GiB, money in US dollars; `null`: not known, and why is said. */

export interface PlanReport {
  readonly fleets: Readonly<Record<string, FleetReport>>;
  readonly idle: {
    /** `null`: not known, and a warning says why. */
    readonly usdPerMonth: number | null;
    readonly items: readonly { readonly name: string; readonly usdPerMonth: number }[];
  };
  readonly breakEven: readonly BreakEvenReport[];
  /** What the numbers rest on, in the order of the page. */
  readonly assumptions: readonly { readonly name: string; readonly value: string; readonly source: string }[];
  /** What it should be read with: estimates that no choice hangs on. `source`: how they come about. */
  readonly outlook: readonly { readonly name: string; readonly value: string; readonly source: string }[];
  readonly lock: {
    /** `--update` wrote it in this run. */
    readonly written: boolean;
    /** The lock file does not fit the config or the catalogue, or is missing. */
    readonly stale: boolean;
  };
  readonly warnings: readonly string[];
}

export interface FleetReport {
  /** Name on Hugging Face, or the fleet's name where its architecture stands in the config. */
  readonly model: string;
  /** Repository whose weights are loaded. */
  readonly checkpoint: string;
  readonly quantization: string;
  readonly tensorParallel: number;
  readonly pipelineParallel: number;
  /** Weights of one replica, over all its GPUs. */
  readonly weightGiB: number;
  /** Of one token, over all GPUs of a replica. */
  readonly kvBytesPerToken: number;
  /** Of one replica on its smallest pool. */
  readonly kvCacheTokens: number;
  /** Sequences at full context that one replica holds on its smallest pool. */
  readonly maxConcurrency: number;
  /** One sentence: what runs on what, and why it is the cheapest. */
  readonly verdict: string;
  /** Interchangeable, cheapest first: by the hour, where a token takes no longer than 50 ms. */
  readonly pools: readonly PoolReport[];
  readonly rejected: readonly { readonly instanceType: string; readonly reason: string }[];
  /** Arguments after `vllm`. */
  readonly vllmArgs: readonly string[];
  /** What the config asks of one replica. */
  readonly asked?: { readonly context: number; readonly concurrency: number };
  /** GPU memory of one replica as the driver reports it, over all its GPUs, on its smallest pool: weights, KV cache, reserve. */
  readonly memory?: { readonly instanceType: string; readonly totalGiB: number };
  readonly costCurves?: CostCurves;
}

/**
 * What a day costs by tokens a day (read and written), as `lib/economics/staircase.ts` has it: the fleet in whole replicas,
 * `fixedUsdPerDay + n × replicaUsdPerDay` for up to n × `replicaTokensPerDay`; a model by the token.
 */
export interface CostCurves {
  readonly purchase: BreakEvenReport['purchase'];
  /** What does not grow: engineers, idle floor, spare replicas. */
  readonly fixedUsdPerDay: number;
  readonly replicaUsdPerDay: number;
  /** Of one replica, as far as it may be used. */
  readonly replicaTokensPerDay: number;
  /** So many run even without use. */
  readonly minReplicas: number;
  /** So many the fleet may have for its load, spare ones not counted. */
  readonly maxReplicas: number;
  /** Those whose price is known: the mean over the horizon, in the mix of input, cached input and output. */
  readonly models: readonly { readonly model: string; readonly usdPerMillionTokens: number }[];
}

export interface PoolReport {
  readonly instanceType: string;
  readonly gpu: string;
  readonly gpuCount: number;
  readonly kvCacheTokens: number;
  readonly onDemandUsdPerHour: number | null;
  readonly spotUsdPerHour: number | null;
  /** Of all tokens, read and written, at the fleet's purchase and the utilization that the assumptions name. */
  readonly usdPerMillionTokens: number | null;
  /** Written by one replica with all its sequences running. Estimates, whose error is among the assumptions. */
  readonly tokensPerSecond: number | null;
  readonly timePerOutputTokenMs: number | null;
  readonly timeToFirstTokenMs: number | null;
  /** From S3, at the network bandwidth that the type always has. @default - not said */
  readonly loadSeconds?: number;
  /** Why something above is `null`. */
  readonly unknown?: string;
}

export interface BreakEvenReport {
  /** A closed or hosted model, as `provider/model`. */
  readonly model: string;
  readonly fleet: string;
  readonly purchase: 'spot' | 'on-demand' | 'reserved';
  /** Tokens a day from which the fleet is cheaper, and stays so; `null`: it never pays. */
  readonly tokensPerDay: number | null;
  /** The same under the pessimistic assumptions. */
  readonly stressedTokensPerDay: number | null;
  /** Tells a `null` that never pays from one that is not known. @default - `null` never pays */
  readonly verdict?: 'pays' | 'never-pays' | 'token-price-unknown' | 'host-price-unknown';
}
