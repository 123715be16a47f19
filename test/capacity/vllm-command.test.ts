import type { HostFile } from '../../lib/capacity/host-file';
import { dockerArguments, engineEnvironment, vllmArguments } from '../../lib/capacity/vllm-command';
import { hostFile } from './host-file';

/** Of a g6.xlarge. */
const RAM = 15 * 2 ** 30;
const FOLDERS = { cache: '/nvme/engine', adapters: '/nvme/adapters', credentials: '/run/credentials' };
/** The words after an option up to the next one; `null`: it is not there. The last one counts, as in vLLM. */
function valuesOf(args: readonly string[], option: string): readonly string[] | null {
  const at = args.lastIndexOf(option);
  if (at < 0) return null;
  const rest = args.slice(at + 1);
  const next = rest.findIndex((arg) => arg.startsWith('--'));
  return next < 0 ? rest : rest.slice(0, next);
}

describe('vllm serve', () => {
  test('begins with the weights in S3', () => {
    expect(vllmArguments(hostFile(), RAM).slice(0, 2)).toEqual([
      'serve',
      's3://acme-models/weights/meta-llama/Llama-3.1-8B-Instruct/main',
    ]);
  });

  test.each<[string, Partial<HostFile>, string, readonly string[] | null]>([
    ['streams weights', {}, '--load-format', ['runai_streamer']],
    ['answers to its name', { servedName: 'fast' }, '--served-model-name', ['fast']],
    ['holds the context', { context: 4096 }, '--max-model-len', ['4096']],
    ['works on so many at once', { concurrency: 7 }, '--max-num-seqs', ['7']],
    ['is spread over GPUs', { tensorParallel: 4 }, '--tensor-parallel-size', ['4']],
    ['lets resumed requests go first', {}, '--scheduling-policy', ['priority']],
    ['uses one grammar backend', {}, '--structured-outputs-config.backend', ['xgrammar']],
    ['embeds', { kind: 'embed' }, '--runner', ['pooling']],
    ['has no grammar where it embeds', { kind: 'embed' }, '--structured-outputs-config.backend', null],
    ['fetches no media', {}, '--allowed-media-domains', ['none.invalid']],
    ['lets requests run on after SIGTERM', {}, '--shutdown-timeout', ['8']],
    ['has no adapters', {}, '--enable-lora', null],
    [
      'has adapters',
      { adapters: { a: 's3://b/a', c: 's3://b/c' } },
      '--lora-modules',
      ['a=/adapters/a', 'c=/adapters/c'],
    ],
    ['holds all adapters at once', { adapters: { a: 's3://b/a', c: 's3://b/c' } }, '--max-loras', ['2']],
    ['takes further arguments', { vllmArguments: ['--tool-call-parser', 'hermes'] }, '--tool-call-parser', ['hermes']],
    ['lets them change its own', { vllmArguments: ['--max-num-seqs', '99'] }, '--max-num-seqs', ['99']],
    ['listens on loopback', {}, '--host', ['127.0.0.1']],
    ['listens nowhere else', { vllmArguments: ['--host', '0.0.0.0', '--port', '80'] }, '--host', ['127.0.0.1']],
    ['listens where the gate looks', { vllmArguments: ['--port', '80'] }, '--port', ['8000']],
  ])('%s', (_name, rest, option, values) => {
    expect(valuesOf(vllmArguments(hostFile(rest), RAM), option)).toEqual(values);
  });

  test('the streamer takes less memory than the smallest GPU host has, and shares work over GPUs', () => {
    const settings = (rest: Partial<HostFile>, ramGib = 15): unknown =>
      JSON.parse(valuesOf(vllmArguments(hostFile(rest), ramGib * 2 ** 30), '--model-loader-extra-config')?.[0] ?? '');
    expect(settings({})).toEqual({ concurrency: 32, memory_limit: 4 * 2 ** 30 });
    expect(settings({ tensorParallel: 4 }, 186)).toEqual({
      concurrency: 32,
      memory_limit: 11.625 * 2 ** 30,
      distributed: true,
    });
  });
});

describe('the container', () => {
  const args = dockerArguments(hostFile(), FOLDERS, RAM);
  const image = args.indexOf('000000000000.dkr.ecr.us-east-1.amazonaws.com/vllm@sha256:abc');

  test('runs vllm itself, not the image’s shell', () => {
    expect(valuesOf(args, '--entrypoint')).toEqual(['vllm']);
    expect(args.slice(image + 1)).toEqual(vllmArguments(hostFile(), RAM));
  });

  test('is not root, gains nothing and keeps no log', () => {
    expect(valuesOf(args, '--user')).toEqual(['2000:2000']);
    expect(valuesOf(args, '--cap-drop')).toEqual(['ALL']);
    expect(valuesOf(args, '--security-opt')).toEqual(['no-new-privileges']);
    expect(valuesOf(args, '--log-driver')).toEqual(['none']);
  });

  test('has all GPUs, shared memory and the host’s loopback', () => {
    expect(valuesOf(args, '--gpus')).toEqual(['all']);
    expect(valuesOf(args, '--network')).toEqual(['host']);
    expect(args.slice(0, image)).toContain('--ipc=host');
  });

  test('writes to the instance’s own disks and reads the rest', () => {
    expect(args.filter((_arg, at) => args[at - 1] === '--volume')).toEqual([
      '/nvme/engine:/engine',
      '/nvme/adapters:/adapters:ro',
      '/run/credentials:/credentials:ro',
    ]);
    const { HOME, VLLM_CACHE_ROOT, TRITON_CACHE_DIR, XDG_CACHE_HOME } = engineEnvironment(hostFile());
    for (const folder of [HOME, VLLM_CACHE_ROOT, TRITON_CACHE_DIR, XDG_CACHE_HOME]) {
      expect(folder).toMatch(/^\/engine\//);
    }
  });

  test('reports to nobody and reads no metadata', () => {
    expect(engineEnvironment(hostFile())).toMatchObject({
      OPT_OUT_TRACKING: 'true',
      VLLM_NO_USAGE_STATS: '1',
      DO_NOT_TRACK: '1',
      HF_HUB_OFFLINE: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
    });
  });

  test('finds its credentials in a file, never in its environment or arguments', () => {
    expect(engineEnvironment(hostFile())['AWS_SHARED_CREDENTIALS_FILE']).toBe('/credentials/aws');
    expect(args.filter((arg) => /ACCESS_KEY|SESSION_TOKEN/i.test(arg))).toEqual([]);
  });
});
