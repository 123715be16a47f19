/** Where things are on a GPU host. `install.sh` and the systemd units name the same places. */
import * as path from 'node:path';

export interface HostPaths {
  readonly hostFile: string;
  /** The gate's certificate, in PEM. */
  readonly certificate: string;
  /** While it is there the gate refuses new requests. */
  readonly drainFile: string;
  /** Where `install.sh` is: a phase; `failed`, a phase and why; or `done`. */
  readonly bootFile: string;
  /** When the boot reached what, for an agent that is started again. */
  readonly timelineFile: string;
  /** In memory; mounted into the engine's container. */
  readonly credentials: string;
  /** Arguments of `docker`, each ended by a zero byte. */
  readonly engineArguments: string;
  readonly cache: string;
  readonly adapters: string;
}

/** `root`: another folder to take for `/`, in tests. */
export function hostPaths(root: string): HostPaths {
  const under = (place: string): string => path.join(root === '' ? '/' : root, place);
  return {
    hostFile: under('etc/hybrid-llm/host.json'),
    certificate: under('etc/hybrid-llm/tls/gate.crt'),
    drainFile: under('run/hybrid-llm/draining'),
    bootFile: under('run/hybrid-llm/boot'),
    timelineFile: under('run/hybrid-llm/timeline.json'),
    credentials: under('run/hybrid-llm/credentials'),
    engineArguments: under('run/hybrid-llm/engine-arguments'),
    cache: under('opt/hybrid-llm/nvme/engine'),
    adapters: under('opt/hybrid-llm/nvme/adapters'),
  };
}
