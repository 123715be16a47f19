/** A host as tests make it. */
import type { HostFile } from '../../lib/capacity/host-file';

export const hostFile = (rest: Partial<HostFile> = {}): HostFile => ({
  deployment: 'acme',
  fleet: 'llama-8b',
  region: 'us-east-1',
  fleetTable: 'acme-fleet',
  modelBucket: 'acme-models',
  modelPrefix: 'weights/meta-llama/Llama-3.1-8B-Instruct/main',
  logBucket: 'acme-logs',
  compileCache: 's3://acme-logs/compiled/acme/llama-8b',
  drainSeconds: 900,
  image: { registry: '000000000000.dkr.ecr.us-east-1.amazonaws.com', repository: 'vllm', reference: 'sha256:abc' },
  model: 'meta-llama/Llama-3.1-8B-Instruct',
  servedName: 'meta-llama/Llama-3.1-8B-Instruct',
  kind: 'chat',
  context: 16_384,
  concurrency: 32,
  tensorParallel: 1,
  vllmArguments: [],
  adapters: {},
  ...rest,
});
