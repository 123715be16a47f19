/** What shell scripts ask of `host.json` and of the instance, one value a call. */
import { type HostFile, imageUri, weightsUri } from '../../lib/capacity/host-file';
import { compileCacheUri } from './compile-cache';
import type { Identity } from './imds';

export type HostValue = (
  host: HostFile,
  identity: () => Promise<Identity>,
  standardInput: () => Promise<string>,
) => string | Promise<string>;

export const HOST_VALUES: Readonly<Record<string, HostValue>> = {
  region: ({ region }) => region,
  registry: ({ image }) => image.registry,
  image: ({ image }) => imageUri(image),
  /** Folder in S3. */
  weights: weightsUri,
  /** Object in S3 for what the engine compiles on the GPUs that standard input names; empty: it is not kept. */
  'compile-cache': async (host, _identity, standardInput) => compileCacheUri(host, await standardInput()),
  'private-ip': async (_host, identity) => (await identity()).privateIp,
  /** Folder in S3 for this host's logs; empty: none is wanted. */
  logs: async ({ logBucket, deployment, fleet }, identity) =>
    logBucket === '' ? '' : `s3://${logBucket}/hosts/${deployment}/${fleet}/${(await identity()).instanceId}`,
  /** A line each: name, tab, folder in S3. */
  adapters: ({ adapters }) =>
    Object.entries(adapters)
      .map(([name, uri]) => `${name}\t${uri}`)
      .join('\n'),
};
