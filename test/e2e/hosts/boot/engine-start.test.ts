/** What systemd runs before and as the engine, and what sends the logs off. */
import { totalmem } from 'node:os';
import * as path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dockerArguments, ENGINE_UID } from '../../../../lib/capacity/vllm-command';
import { hostFile } from '../../../capacity/host-file';
import { type BootHost, bootHost, type Ran } from './test-host';

jest.setTimeout(30_000);

let host: BootHost;
beforeEach(async () => {
  host = await bootHost({ vllmArguments: ['--chat-template', '{{ \'two\nlines\' }} "quoted" $HOME'] });
  host.unpack();
});
afterEach(() => host.stop());

const script = (name: string, env: NodeJS.ProcessEnv = {}): Promise<Ran> =>
  host.bash(path.join(host.root, 'opt/hybrid-llm/bin', name), env);
const callsOf = (program: string): string[] => host.calls().filter((call) => call.startsWith(`${program} `));

describe('engine-prepare.sh', () => {
  const RULE = `OUTPUT --destination 169.254.169.254/32 --match owner --uid-owner ${ENGINE_UID} --jump REJECT`;

  test('keeps the metadata service from the engine’s user, by one rule', async () => {
    await script('engine-prepare.sh');
    expect(callsOf('iptables')).toEqual([`iptables --wait --check ${RULE}`, `iptables --wait --insert ${RULE}`]);
    await script('engine-prepare.sh', { FAKE_RULE: '1' });
    expect(callsOf('iptables').slice(2)).toEqual([`iptables --wait --check ${RULE}`]);
    expect(dockerArguments(hostFile(), { cache: '', adapters: '', credentials: '' }, 1)).toContain(
      `${ENGINE_UID}:${ENGINE_UID}`,
    );
  });

  test('does not let the engine start without it', async () => {
    const { code } = await script('engine-prepare.sh', { FAKE_FAIL: 'iptables' });
    expect(code).not.toBe(0);
    expect(existsSync(path.join(host.root, 'run/hybrid-llm/credentials/aws'))).toBe(false);
  });

  test('gives the engine’s user its caches, and clears away what is left of a start that had to be killed', async () => {
    await script('engine-prepare.sh', { FAKE_LEFTOVER: '1' });
    const caches = `${host.root}/opt/hybrid-llm/nvme/engine`;
    expect(existsSync(`${caches}/home`)).toBe(true);
    expect(callsOf('chown')).toEqual([`chown -R ${ENGINE_UID}:${ENGINE_UID} ${caches}`]);
    expect(callsOf('docker container rm')).toEqual(['docker container rm --force hybrid-llm-engine']);
  });

  test('puts credentials of the role where only the engine’s group reads them', async () => {
    const { code } = await script('engine-prepare.sh');
    expect(code).toBe(0);
    expect(callsOf('docker container rm')).toEqual([]);
    expect(host.read('run/hybrid-llm/credentials/aws')).toMatch(
      /^\[default\]\naws_access_key_id = FAKEKEY\d+\naws_secret_access_key = fake-secret\naws_session_token = fake-session\n$/,
    );
    expect(host.mode('run/hybrid-llm/credentials/aws')).toBe('640');
    expect(host.read('run/hybrid-llm/engine-arguments')).not.toMatch(/FAKEKEY|fake-secret/);
  });
});

test('engine.sh runs docker with each argument as it is, line breaks and quotes too', async () => {
  await script('engine-prepare.sh');
  const { code } = await script('engine.sh');
  expect(code).toBe(0);
  const under = (folder: string): string => path.join(host.root, folder);
  const expected = dockerArguments(
    JSON.parse(host.read('etc/hybrid-llm/host.json')) as ReturnType<typeof hostFile>,
    {
      cache: under('opt/hybrid-llm/nvme/engine'),
      adapters: under('opt/hybrid-llm/nvme/adapters'),
      credentials: under('run/hybrid-llm/credentials'),
    },
    totalmem(),
  );
  expect(host.made('docker-run')).toBe(expected.map((arg) => `<${arg}>`).join(''));
});

describe('logs.sh', () => {
  test('sends the journal of our units and the boot’s output to the host’s own folder', async () => {
    const { code } = await script('logs.sh');
    expect(code).toBe(0);
    const folder = 's3://acme-logs/hosts/acme/llama-8b/i-0fa4e000000000001';
    const options = '--only-show-errors --region us-east-1';
    expect(callsOf('aws s3')).toEqual([
      `aws s3 cp ${options} - ${folder}/journal.gz`,
      `aws s3 cp ${options} ${host.root}/var/log/cloud-init-output.log ${folder}/boot.log`,
    ]);
    expect(callsOf('journalctl')).toEqual([
      'journalctl --boot --output=short-iso --unit=hybrid-llm-agent --unit=hybrid-llm-engine --unit=hybrid-llm-gate',
    ]);
    const uploaded = readFileSync(path.join(path.dirname(host.root), 'uploaded'));
    expect(gunzipSync(uploaded).toString()).toBe('a line of the journal\n');
  });

  test('sends nothing where no bucket is named', async () => {
    await host.stop();
    host = await bootHost({ logBucket: '' });
    host.unpack();
    const { code } = await script('logs.sh');
    expect(code).toBe(0);
    expect(callsOf('aws')).toEqual([]);
  });
});

describe('compile-cache.sh', () => {
  const run = (what: string, env: NodeJS.ProcessEnv = {}): Promise<Ran> =>
    host.bash(path.join(host.root, 'opt/hybrid-llm/bin/compile-cache.sh'), env, [what]);
  const under = (folder: string): string => path.join(host.root, 'opt/hybrid-llm/nvme/engine', folder);
  const compiled = (file: string, content: string): void => {
    mkdirSync(path.dirname(under(file)), { recursive: true });
    writeFileSync(under(file), content);
  };
  const uploaded = (): Buffer => readFileSync(path.join(path.dirname(host.root), 'uploaded'));
  const keyOf = (): string => /compiled\/acme\/llama-8b\/([0-9a-f]{64}\.tar\.gz)/.exec(host.calls().join())?.[1] ?? '';

  test('what one host has compiled, the next one finds, and does not send again', async () => {
    compiled('vllm/torch_compile_cache/abc/graph.py', 'kernel');
    compiled('home/secret', 'not this');
    expect((await run('save')).code).toBe(0);
    const [key, archive] = [keyOf(), uploaded()];
    await host.stop();

    host = await bootHost({ vllmArguments: ['--chat-template', '{{ \'two\nlines\' }} "quoted" $HOME'] });
    host.unpack();
    host.inS3(key, archive);
    expect((await run('restore')).code).toBe(0);
    expect(readFileSync(under('vllm/torch_compile_cache/abc/graph.py'), 'utf8')).toBe('kernel');
    expect(existsSync(under('home/secret'))).toBe(false);
    expect(callsOf('setpriv').at(-1)).toMatch(
      new RegExp(`^setpriv --reuid=${ENGINE_UID} --regid=${ENGINE_UID} --clear-groups --no-new-privs tar --extract `),
    );
    const before = callsOf('aws').length;
    expect((await run('save')).code).toBe(0);
    expect(callsOf('aws')).toHaveLength(before);
  });

  test('half an archive leaves nothing behind, and is replaced', async () => {
    compiled('vllm/graph.py', 'kernel '.repeat(50_000));
    await run('save');
    const [key, archive] = [keyOf(), uploaded()];
    await host.stop();
    host = await bootHost({ vllmArguments: ['--chat-template', '{{ \'two\nlines\' }} "quoted" $HOME'] });
    host.unpack();
    host.inS3(key, archive.subarray(0, archive.length / 2));
    expect((await run('restore')).code).toBe(1);
    expect(existsSync(under('vllm'))).toBe(false);
    compiled('vllm/graph.py', 'kernel');
    const before = callsOf('aws').length;
    await run('save');
    expect(callsOf('aws')).toHaveLength(before + 1);
  });

  test('nothing is kept where no folder for it is named', async () => {
    await host.stop();
    host = await bootHost({ compileCache: '' });
    host.unpack();
    for (const what of ['restore', 'save']) expect((await run(what)).code).toBe(0);
    expect(callsOf('aws')).toEqual([]);
  });
});
