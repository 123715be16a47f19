import type { BackendBindOptions, BackendBinding, BackendDescription, IModelBackend } from './i-model-backend';

export interface ExistingReplicasProps {
  /** Logical name of the fleet. */
  readonly fleetName: string;
  /** What the engines serve, as the catalogue names it. */
  readonly model: string;
  /** Base URLs at literal private addresses, such as `http://10.0.4.5:8000`. */
  readonly endpoints: string[];
  /** `chat` or `embed`. @default 'chat' */
  readonly kind?: string;
  /** Tokens of prompt and answer together. @default 8192 */
  readonly context?: number;
  /** Sequences that one replica serves at once. @default 16 */
  readonly concurrency?: number;
  /** Names of LoRA adapters that the engines have loaded, and where they are from. @default - none */
  readonly adapters?: { [name: string]: string };
}

/**
 * vLLM replicas that run already, by address. Creates nothing and costs nothing.
 *
 * Limitations: their security groups and routes are yours, so the router's functions must be let in there.
 *
 * ```ts
 * const replicas = new ExistingReplicas({ fleetName: 'lab', model: 'Qwen/Qwen3-8B', endpoints: ['http://10.0.4.5:8000'] });
 * ```
 */
export class ExistingReplicas implements IModelBackend {
  readonly description: BackendDescription;

  constructor(props: ExistingReplicasProps) {
    this.description = {
      name: props.fleetName,
      fleet: {
        model: props.model,
        kind: props.kind ?? 'chat',
        context: props.context ?? 8192,
        concurrency: props.concurrency ?? 16,
        endpoints: props.endpoints,
        ...(props.adapters !== undefined && { adapters: props.adapters }),
      },
    };
  }

  bind(_options: BackendBindOptions): BackendBinding {
    return {};
  }
}
