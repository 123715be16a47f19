/** The inference engine: where its image and the hosts' machine image come from. */
import engine from './engine.json';
import type { Sourced } from './index';

/** AWS's Deep Learning Container for vLLM. */
export interface EngineImage extends Sourced {
  readonly repository: string;
  /** A full version: shorter tags move to newer images. */
  readonly tag: string;
  /** `sha256:…`; `null`: the source states none. */
  readonly digest: string | null;
  readonly vllmVersion: string;
}

/** The hosts' operating system, with GPU driver and container runtime. */
export interface EngineMachineImage extends Sourced {
  /** Public SSM parameter that holds the newest image's id in each region. */
  readonly ssmParameter: string;
}

/** Accounts whose registries hold the image. They are AWS's own and public; each region has its one. */
export interface EngineRegistries extends Sourced {
  readonly accounts: Readonly<Record<string, string>>;
}

export const engineImage: EngineImage = engine.image;
export const engineMachineImage: EngineMachineImage = engine.machineImage;
export const engineRegistries: EngineRegistries = engine.registries;

/** Account of the registry in a region; `undefined` where AWS offers none. */
export const engineRegistryAccount = (region: string): string | undefined =>
  Object.hasOwn(engineRegistries.accounts, region) ? engineRegistries.accounts[region] : undefined;
