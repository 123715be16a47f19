/** The boot scripts, run as they are, with fakes of the programs that would change a machine. */
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { hostFile } from '../../../capacity/host-file';
import { type BootHost, bootHost, HOST_FOLDER, MANIFEST, type Ran } from './test-host';

const IMAGE = '000000000000.dkr.ecr.us-east-1.amazonaws.com/vllm@sha256:abc';
const ONE_DISK = '/dev/nvme0n1 Amazon Elastic Block Store\n/dev/nvme1n1 Amazon EC2 NVMe Instance Storage';

// What a script calls are processes of their own.
jest.setTimeout(30_000);

let host: BootHost;

const install = (env: NodeJS.ProcessEnv = {}): Promise<Ran> => host.bash(path.join(host.bundle, 'install.sh'), env);
const callsOf = (program: string): string[] => host.calls().filter((call) => call.startsWith(`${program} `));
/** `null`: it was never called so. */
const at = (call: string): number | null => {
  const found = host.calls().findIndex((one) => one.startsWith(call));
  return found < 0 ? null : found;
};

describe('install.sh', () => {
  describe('on a host with two disks and two adapters', () => {
    let ran: Ran;
    beforeAll(async () => {
      host = await bootHost({
        adapters: { support: 's3://acme-models/adapters/support/', 'a.b': 's3://acme-models/ab' },
      });
      ran = await install({ FAKE_DISKS: `${ONE_DISK}\n/dev/nvme2n1 Amazon EC2 NVMe Instance Storage` });
    });
    afterAll(() => host.stop());

    test('goes on in the order that lets the agent tell of the rest', () => {
      expect([ran.code, ran.output.match(/try \d failed/)]).toEqual([0, null]);
      const order = [
        'dnf --disablerepo=* --enablerepo=amazonlinux install -y nodejs24 nginx mdadm',
        'systemctl enable --now hybrid-llm-gate.service',
        'systemctl enable --now hybrid-llm-agent.service hybrid-llm-logs.timer',
        'aws s3 cp --only-show-errors --region us-east-1 s3://acme-models/weights/meta-llama/Llama-3.1-8B-Instruct/main/manifest.json -',
        'docker login --username AWS --password-stdin 000000000000.dkr.ecr.us-east-1.amazonaws.com',
        `docker pull --quiet ${IMAGE}`,
        'aws s3 cp --only-show-errors --region us-east-1 s3://acme-logs/compiled/acme/llama-8b/',
        'aws s3 cp --recursive',
        'systemctl enable hybrid-llm-engine.service',
        'systemctl start --no-block hybrid-llm-engine.service',
      ].map(at);
      expect(order).not.toContain(null);
      expect(order).toEqual([...order].sort((a, b) => Number(a) - Number(b)));
      expect(host.read('run/hybrid-llm/boot')).toBe('done\n');
    });

    test('puts every file of the folder where the units look for it', () => {
      const units = readdirSync(HOST_FOLDER).filter((name) => /\.(service|timer)$/.test(name));
      expect(units).toHaveLength(6);
      const wanted = units.flatMap(
        (unit) => host.read(`etc/systemd/system/${unit}`).match(/\/(opt|etc)\/hybrid-llm\S+/g) ?? [],
      );
      expect(wanted.length).toBeGreaterThanOrEqual(5);
      for (const file of wanted) expect([file, existsSync(path.join(host.root, file))]).toEqual([file, true]);
      // The gate's workers are not root and have to see a file in it.
      expect(host.mode('run/hybrid-llm')).toBe('755');
      expect(host.mode('run/hybrid-llm/credentials')).toBe('2750');
    });

    test('makes a certificate for the host’s own address, and keeps its key to itself', () => {
      const certificate = new X509Certificate(host.read('etc/hybrid-llm/tls/gate.crt'));
      expect(certificate.subjectAltName).toBe('IP Address:127.0.0.1');
      expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
      expect(certificate.checkIssued(certificate)).toBe(true);
      expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.now() + 365 * 24 * 3_600_000);
      expect(host.mode('etc/hybrid-llm/tls/gate.key')).toBe('600');
    });

    test('stripes the instance’s own disks, the root volume is none of them', () => {
      expect(callsOf('mdadm')).toEqual([
        'mdadm --create /dev/md0 --level=0 --force --run --raid-devices=2 /dev/nvme1n1 /dev/nvme2n1',
      ]);
      expect(callsOf('wipefs')).toEqual(['wipefs --all --quiet /dev/nvme1n1', 'wipefs --all --quiet /dev/nvme2n1']);
      expect(callsOf('mkfs.xfs')).toEqual(['mkfs.xfs -f /dev/md0']);
      expect(callsOf('mount')).toEqual([`mount -o noatime /dev/md0 ${host.root}/opt/hybrid-llm/nvme`]);
    });

    test('leaves no password of the registry behind', () => {
      expect(host.made('password')).toBe('registry-password');
      expect(existsSync(host.made('docker-config'))).toBe(false);
    });

    test('fetches each adapter into its folder', () => {
      const folder = `${host.root}/opt/hybrid-llm/nvme/adapters`;
      const options = '--recursive --only-show-errors --region us-east-1';
      expect(callsOf('aws s3 cp --recursive')).toEqual([
        `aws s3 cp ${options} s3://acme-models/adapters/support/ ${folder}/support`,
        `aws s3 cp ${options} s3://acme-models/ab ${folder}/a.b`,
      ]);
    });
  });

  describe('elsewhere', () => {
    afterEach(() => host.stop());

    test('without disks and with a network that fails once, it boots all the same', async () => {
      host = await bootHost();
      const { code, output } = await install({
        FAKE_DISKS: '/dev/nvme0n1 Amazon Elastic Block Store',
        FAKE_FAIL_ONCE: 'docker pull',
      });
      expect(code).toBe(0);
      expect(output).toContain('caches stay on the root volume');
      expect([...callsOf('mdadm'), ...callsOf('mount')]).toEqual([]);
      expect(callsOf('docker pull')).toHaveLength(2);
      expect(host.read('run/hybrid-llm/boot')).toBe('done\n');
    });

    test.each<[string, NodeJS.ProcessEnv, readonly string[]]>([
      ['a disk that is mounted', { FAKE_MOUNTED: '/dev/nvme1n1' }, ['/dev/nvme2n1', '/dev/nvme3n1']],
      ['a disk of a volume group', { FAKE_PARTS: '/dev/nvme2n1' }, ['/dev/nvme1n1', '/dev/nvme3n1']],
      ['all of them', { FAKE_PARTS: '/dev/nvme1n1 /dev/nvme2n1', FAKE_MOUNTED: '/dev/nvme3n1' }, []],
    ])('%s that is in use is left alone', async (_name, env, striped) => {
      host = await bootHost();
      const disks = [1, 2, 3].map((at) => `/dev/nvme${at}n1 Amazon EC2 NVMe Instance Storage`).join('\n');
      const { code } = await install({ FAKE_DISKS: `${disks}\n/dev/nvme0n1 Amazon Elastic Block Store`, ...env });
      expect(code).toBe(0);
      expect(callsOf('wipefs').map((call) => call.split(' ').at(-1))).toEqual(striped);
      expect(callsOf('mdadm')).toEqual(
        striped.length === 0
          ? []
          : [`mdadm --create /dev/md0 --level=0 --force --run --raid-devices=2 ${striped.join(' ')}`],
      );
      expect(host.calls().join()).not.toMatch(/(wipefs|mdadm|mkfs)[^,]*nvme0n1/);
    });

    test.each<[string, string | null, NodeJS.ProcessEnv, RegExp]>([
      [
        'are not there',
        null,
        {},
        /there is no s3:\/\/acme-models\/\S+manifest\.json: copy the model into the model store/,
      ],
      ['may not be read', null, { FAKE_S3_STATUS: '403' }, /^failed weights fatal error: .*\(403\)/],
      ['have half a manifest', JSON.stringify(MANIFEST).slice(0, 60), {}, /is no JSON/],
    ])('weights that %s end the boot before the image is pulled', async (_name, manifest, env, reason) => {
      host = await bootHost();
      if (manifest === null) host.notInS3('manifest.json');
      else host.inS3('manifest.json', manifest);
      const { code } = await install(env);
      expect(code).not.toBe(0);
      expect(host.read('run/hybrid-llm/boot')).toMatch(/^failed weights /);
      expect(host.read('run/hybrid-llm/boot')).toMatch(reason);
      expect(callsOf('docker')).toEqual([]);
      expect(at('systemctl start --no-block hybrid-llm-engine')).toBeNull();
    });

    test.each<[string, NodeJS.ProcessEnv]>([
      ['is not there', {}],
      ['nobody can name, without a GPU,', { FAKE_NO_GPU: '1' }],
    ])('a compile cache that %s ends no boot', async (_name, env) => {
      host = await bootHost();
      const { code, output } = await install(env);
      expect([code, host.read('run/hybrid-llm/boot')]).toEqual([0, 'done\n']);
      expect(output).toContain('compiles anew');
    });

    test('what a failing program says last is told, and all of it is in the output', async () => {
      host = await bootHost();
      const { output } = await install({
        FAKE_FAIL: 'docker pull',
        FAKE_SAYS: 'one\nmanifest unknown: gone \u0007\n\n',
      });
      expect(host.read('run/hybrid-llm/boot')).toBe('failed image manifest unknown: gone \n');
      expect(output).toContain('one\n');
    });

    test('disks that the image has striped are taken as they are', async () => {
      host = await bootHost();
      await install({ FAKE_DISKS: ONE_DISK, FAKE_DLAMI: '1' });
      expect(callsOf('mdadm')).toEqual([]);
      expect(callsOf('mount')).toEqual([`mount --bind /opt/dlami/nvme ${host.root}/opt/hybrid-llm/nvme`]);
      // Not before the image is done with it.
      expect(at('systemctl start dlami-nvme.service')).toBeLessThan(at('mount') ?? 0);
    });

    test.each([
      ['dnf --disablerepo', 'packages', 4],
      ['mdadm --create /dev/md0 --level=0 --force --run --raid-devices=1 /dev/nvme1n1', 'storage', 1],
      ['systemctl enable --now hybrid-llm-gate', 'gate', 1],
      ['docker login', 'image', 4],
    ])(
      'what fails for good (%s) ends the boot in its phase (%s), and the logs are sent',
      async (call, phase, tries) => {
        host = await bootHost();
        const { code } = await install({ FAKE_FAIL: call, FAKE_DISKS: ONE_DISK });
        expect(code).not.toBe(0);
        expect(host.calls().filter((one) => one.startsWith(call))).toHaveLength(tries);
        expect(host.read('run/hybrid-llm/boot')).toMatch(new RegExp(`^failed ${phase}( .*)?\n$`));
        expect(at('systemctl start --no-block hybrid-llm-engine')).toBeNull();
        expect(at('aws s3 cp')).not.toBeNull();
      },
    );

    test('a host.json that is not usable says what is wrong', async () => {
      host = await bootHost({ context: 0 });
      const { code, output } = await install();
      expect(code).not.toBe(0);
      expect(output).toContain('host.json is not usable: context: expected a whole number above 0, got 0');
    });
  });
});

describe('user-data.sh', () => {
  const ODD = { deployment: `it's "odd" $HOME \`id\` \\n`, vllmArguments: ['--chat-template', "{{ '$(id)' }}"] };
  const template = readFileSync(path.join(HOST_FOLDER, 'user-data.sh'), 'utf8');

  test('has each placeholder once, so that filling them in breaks nothing', () => {
    expect(template.match(/@@\w+@@/g)).toEqual(['@@HOST_JSON@@', '@@BUNDLE_S3_URI@@']);
    expect(Buffer.byteLength(template)).toBeLessThan(4_096);
  });

  test('writes host.json as it is, fetches the bundle and runs its install.sh', async () => {
    host = await bootHost();
    const json = JSON.stringify(hostFile(ODD));
    writeFileSync(path.join(host.bundle, 'install.sh'), 'echo "installed from $(basename "$(dirname "$0")")"');
    const file = path.join(host.root, 'user-data.sh');
    const filled = template
      .replaceAll('/etc/hybrid-llm', path.join(host.root, 'etc/hybrid-llm'))
      .replace('@@HOST_JSON@@', () => json)
      .replace('@@BUNDLE_S3_URI@@', 's3://cdk-assets/abc.zip');
    writeFileSync(file, filled);
    const { code, output } = await host.bash(file);
    expect([code, output]).toEqual([0, 'installed from host\n']);
    expect(host.read('etc/hybrid-llm/host.json')).toBe(`${json}\n`);
    expect(callsOf('aws')[0]).toMatch(/^aws s3 cp --only-show-errors --region us-east-1 s3:\/\/cdk-assets\/abc.zip /);
    await host.stop();
  });
});
