/**
 * The hosts behind the instances of the modelled region: each launch starts one, with a gate, an agent and an engine, and what
 * happens to the instance happens to it. What it writes is its own: of the model's hosts only the instance is used.
 */
import type { FakeHost, FakeRegion } from '../../../support/fake-auto-scaling';
import type { TestHost } from '../host';

export interface Replica {
  readonly instance: FakeHost;
  readonly host: TestHost;
}

/** How boots fail, by what the model says of it. */
const FAILURES: Readonly<Record<string, (host: TestHost) => void>> = {
  image: (host) => {
    host.boot = 'failed image manifest unknown\n';
  },
  weights: (host) => {
    host.boot = 'failed weights there is no s3://models/manifest.json\n';
  },
  memory: (host) => {
    host.boot = 'engine\n';
    host.engineLog.push({ atMs: 1, text: 'ValueError: No available memory for the cache blocks.' });
    host.process = 'starting';
  },
};

interface Body {
  /** `null`: it is being made. */
  host: TestHost | null;
  booted: boolean;
  noticed: boolean;
  gone: boolean;
}

export class Instances {
  readonly #bodies = new Map<FakeHost, Body>();
  readonly #making: Promise<void>[] = [];

  constructor(
    private readonly region: FakeRegion,
    private readonly make: (instance: FakeHost) => Promise<TestHost>,
  ) {}

  /** Those that EC2 lists as running. */
  get replicas(): readonly Replica[] {
    return this.region.live().flatMap((instance) => {
      const host = this.#bodies.get(instance)?.host ?? null;
      return host === null ? [] : [{ instance, host }];
    });
  }

  /** Brings every host to where its instance is by now. */
  follow(): void {
    for (const instance of this.region.hosts) {
      const body = this.#bodies.get(instance) ?? this.#begin(instance);
      if (body.host !== null && !body.gone) this.#lead(body, body.host, instance);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#making);
    await Promise.all([...this.#bodies.values()].flatMap(({ host }) => host?.stop() ?? []));
  }

  #begin(instance: FakeHost): Body {
    const body: Body = { host: null, booted: false, noticed: false, gone: false };
    this.#bodies.set(instance, body);
    const making = this.make(instance).then((host) => {
      host.boot = 'image\n';
      body.host = host;
    });
    this.#making.push(making);
    return body;
  }

  #lead(body: Body, host: TestHost, { boot, launchMs, lifecycle, takenMs, endMs }: FakeHost): void {
    if (endMs !== null) {
      body.gone = true;
      return void host.vanish();
    }
    if (lifecycle.startsWith('Terminating')) host.imds.targetLifecycleState = 'Terminated';
    if (takenMs !== null && !body.noticed) {
      body.noticed = true;
      host.imds.interrupt(takenMs);
    }
    if (!body.booted && this.region.nowMs - launchMs >= boot.ms) {
      body.booted = true;
      void (boot.fails === null ? succeed(host) : FAILURES[boot.fails]?.(host));
    }
  }
}

function succeed(host: TestHost): Promise<void> {
  host.boot = 'done\n';
  return host.startEngine();
}
