/** Under which name in S3 a host finds what others like it have compiled. */
import { createHash } from 'node:crypto';
import { type HostFile, imageUri } from '../../lib/capacity/host-file';
import { vllmArguments } from '../../lib/capacity/vllm-command';

/** Of the streamer: it has no part in what is compiled, and differs from one host to the next. */
const NO_MEMORY = 0;

/**
 * One object for each pairing of model, revision, arguments, image and GPUs; empty: nothing is kept.
 *
 * @param gpus a line for each GPU with its name and driver, as `nvidia-smi` prints them; empty: not known
 */
export function compileCacheUri(host: HostFile, gpus: string): string {
  if (host.compileCache === '' || gpus.trim() === '') return '';
  const key = JSON.stringify([host.model, vllmArguments(host, NO_MEMORY), imageUri(host.image), gpus.trim()]);
  return `${host.compileCache}/${createHash('sha256').update(key).digest('hex')}.tar.gz`;
}
