import { compileCacheUri } from '../../lambda/host-agent/compile-cache';
import type { HostFile } from '../../lib/capacity/host-file';
import { hostFile } from '../capacity/host-file';

const GPU = 'NVIDIA L4, 580.95\n';
const uri = (rest: Partial<HostFile> = {}, gpus = GPU): string => compileCacheUri(hostFile(rest), gpus);

test('is an object below the fleet’s folder', () => {
  expect(uri()).toMatch(/^s3:\/\/acme-logs\/compiled\/acme\/llama-8b\/[0-9a-f]{64}\.tar\.gz$/);
});

test.each<[string, Partial<HostFile>, string]>([
  ['model', { model: 'Qwen/Qwen3-8B' }, GPU],
  ['revision', { modelPrefix: 'weights/meta-llama/Llama-3.1-8B-Instruct/abc' }, GPU],
  ['context', { context: 4_096 }, GPU],
  ['sequences', { concurrency: 5 }, GPU],
  ['parallelism', { tensorParallel: 2 }, GPU],
  ['argument', { vllmArguments: ['--enforce-eager'] }, GPU],
  ['image', { image: { ...hostFile().image, reference: 'sha256:def' } }, GPU],
  ['GPU', {}, 'NVIDIA L40S, 580.95'],
  ['driver', {}, 'NVIDIA L4, 595.64'],
  ['number of GPUs', {}, `${GPU}${GPU}`],
])('is another one for another %s', (_name, rest, gpus) => {
  expect(uri(rest, gpus)).not.toBe(uri());
});

test('is the same on another host, with other logs and drains', () => {
  expect(uri({ drainSeconds: 60, logBucket: 'x' }, GPU.trim())).toBe(uri());
});

test.each<[string, Partial<HostFile>, string]>([
  ['no folder', { compileCache: '' }, GPU],
  ['no GPU', {}, ' \n'],
])('there is none where there is %s', (_name, rest, gpus) => {
  expect(uri(rest, gpus)).toBe('');
});
