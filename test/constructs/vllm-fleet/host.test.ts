import { readdirSync } from 'node:fs';
import * as path from 'node:path';
import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { engineImage, engineMachineImage } from '../../../config/catalog/engine';
import { ModelKind, type VllmFleetProps } from '../../../constructs/vllm-fleet';
import { type HostFile, imageUri, parseHostFile } from '../../../lib/capacity/host-file';
import { testStack } from '../../support/cdk';
import { errorsOf, flat, fleetStack, oneOf, plainTemplate } from './fleet-stack';

interface TemplateData {
  readonly [key: string]: unknown;
  readonly TagSpecifications: readonly {
    readonly ResourceType: string;
    readonly Tags: { Key: string; Value: string }[];
  }[];
}

const dataOf = (template: Template): TemplateData =>
  oneOf(template, 'AWS::EC2::LaunchTemplate')['LaunchTemplateData'] as TemplateData;

const userDataOf = (template: Template): string => flat(dataOf(template)['UserData']);

/** `host.json` as user data writes it, with references as `<LogicalId>`. */
const hostFileOf = (template: Template): HostFile => {
  const [, json = ''] = /<<'HYBRID_LLM_HOST_JSON'\n(.*)\nHYBRID_LLM_HOST_JSON\n/.exec(userDataOf(template)) ?? [];
  return parseHostFile(json);
};

const hostFile = (props?: Partial<VllmFleetProps>, stack?: Stack): HostFile =>
  hostFileOf(props === undefined ? plainTemplate() : fleetStack(props, stack).template());

test('the metadata service takes tokens only and answers no container', () => {
  expect(dataOf(plainTemplate())['MetadataOptions']).toEqual({
    HttpTokens: 'required',
    HttpPutResponseHopLimit: 1,
  });
});

test('the template says nothing of spot, has no key to log in, and no type', () => {
  const data = dataOf(plainTemplate());
  for (const key of ['InstanceMarketOptions', 'KeyName', 'InstanceType', 'NetworkInterfaces'])
    expect(data[key]).toBeUndefined();
});

test('the root volume is encrypted and sized as asked', () => {
  const volume = (props: Partial<VllmFleetProps>) => dataOf(fleetStack(props).template())['BlockDeviceMappings'];
  expect(volume({})).toEqual([
    {
      DeviceName: '/dev/xvda',
      Ebs: {
        DeleteOnTermination: true,
        Encrypted: true,
        VolumeType: 'gp3',
        VolumeSize: 120,
        Iops: 4000,
        Throughput: 500,
      },
    },
  ]);
  expect(
    volume({ rootVolumeSize: Size.gibibytes(300), rootVolumeIops: 6000, rootVolumeThroughput: 750 }),
  ).toMatchObject([{ Ebs: { VolumeSize: 300, Iops: 6000, Throughput: 750 } }]);
});

test('instances and volumes carry deployment and fleet', () => {
  const { TagSpecifications } = dataOf(fleetStack({ deployment: 'acme-llm' }).template());
  for (const type of ['instance', 'volume']) {
    const tags = TagSpecifications.find(({ ResourceType }) => ResourceType === type)?.Tags;
    expect(tags).toEqual(
      expect.arrayContaining([
        { Key: 'hybrid-llm:deployment', Value: 'acme-llm' },
        { Key: 'hybrid-llm:fleet', Value: 'small' },
      ]),
    );
  }
});

test('template and groups carry both signs by which the residency proof knows GPU hosts', () => {
  const { template } = fleetStack();
  const sign = { Key: 'hybrid-llm:role', Value: 'gpu-host' };
  expect(dataOf(template()).TagSpecifications.map(({ Tags }) => Tags)).toEqual([
    expect.arrayContaining([sign]),
    expect.arrayContaining([sign]),
  ]);
  template().allResources('AWS::EC2::LaunchTemplate', { Metadata: { 'hybrid-llm:role': 'gpu-host' } });
  template().allResources('AWS::AutoScaling::AutoScalingGroup', {
    Metadata: { 'hybrid-llm:role': 'gpu-host' },
    Properties: Match.objectLike({ Tags: Match.arrayWith([{ ...sign, PropagateAtLaunch: false }]) }),
  });
});

test('the machine image is looked up by the deployment, never by synth', () => {
  const { template, stack } = fleetStack();
  const { Ref } = dataOf(template())['ImageId'] as { Ref: string };
  const parameters = template().toJSON()['Parameters'] as Record<string, unknown>;
  expect(parameters[Ref]).toEqual({
    Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>',
    Default: engineMachineImage.ssmParameter,
  });
  expect((stack.node.root as App).synth().manifest.missing ?? []).toEqual([]);
});

test('a machine image of your own is taken', () => {
  const machineImage = ec2.MachineImage.genericLinux({ 'us-east-1': 'ami-0123456789abcdef0' });
  expect(dataOf(fleetStack({ machineImage }).template())['ImageId']).toBe('ami-0123456789abcdef0');
});

test('host.json holds what the host agent reads', () => {
  expect(hostFile()).toEqual({
    deployment: 'test',
    fleet: 'small',
    region: 'us-east-1',
    fleetTable: '<smallFleetTable9298E6CC>',
    modelBucket: expect.stringMatching(/^<ModelsBucket[0-9A-F]{8}>$/) as string,
    modelPrefix: 'weights/Qwen/Qwen3-8B/main',
    logBucket: '',
    compileCache: '',
    drainSeconds: 900,
    image: {
      registry: '763104351884.dkr.ecr.us-east-1.<AWS::URLSuffix>',
      repository: 'vllm',
      reference: engineImage.digest ?? engineImage.tag,
    },
    model: 'Qwen/Qwen3-8B',
    servedName: 'Qwen/Qwen3-8B',
    kind: 'chat',
    context: 8192,
    concurrency: 16,
    tensorParallel: 1,
    vllmArguments: [],
    adapters: {},
  });
});

test('host.json says what the fleet was told', () => {
  const stack = testStack();
  const logBucket = s3.Bucket.fromBucketName(stack, 'Logs', 'acme-logs');
  const digest = `sha256:${'a'.repeat(64)}`;
  const file = hostFile(
    {
      logBucket,
      deployment: 'acme-llm',
      fleetName: 'llama-70b',
      revision: '0123456789abcdef0123456789abcdef01234567',
      kind: ModelKind.EMBED,
      context: 32768,
      concurrency: 64,
      checkpoint: 'Qwen/Qwen3-8B-FP8',
      vllmArguments: ['--chat-template', `it's "so"\n`],
      adapters: { support: 's3://acme-models/support/' },
      engineDigest: digest,
      drainTimeout: Duration.minutes(5),
    },
    stack,
  );
  expect(file).toMatchObject({
    logBucket: 'acme-logs',
    compileCache: 's3://acme-logs/compiled/acme-llm/llama-70b',
    drainSeconds: 300,
    deployment: 'acme-llm',
    fleet: 'llama-70b',
    modelPrefix: 'weights/Qwen/Qwen3-8B-FP8/0123456789abcdef0123456789abcdef01234567',
    kind: 'embed',
    context: 32768,
    concurrency: 64,
    vllmArguments: ['--chat-template', `it's "so"\n`],
    adapters: { support: 's3://acme-models/support/' },
  });
  expect(imageUri(file.image)).toBe(`763104351884.dkr.ecr.us-east-1.<AWS::URLSuffix>/vllm@${digest}`);
});

test('user data fetches the bundle that the stack uploads, and leaves no mark unfilled', () => {
  const { stack, template } = fleetStack();
  const text = userDataOf(template());
  const [asset] = assetsOf(stack);
  expect(text).toContain(`s3://cdk-hnb659fds-assets-<AWS::AccountId>-us-east-1/${asset?.hash}.zip`);
  expect(text).not.toMatch(/@@[A-Z0-9_]+@@/);
  expect(Buffer.byteLength(text)).toBeLessThan(16_000);
});

test('the bundle holds the agent and every file of a host, and is the same for each fleet and app', () => {
  const [one, other] = [fleetStack(), fleetStack({ fleetName: 'other', context: 4096 })].map(({ stack }) =>
    assetsOf(stack),
  );
  expect(one?.[0]?.hash).toBe(other?.[0]?.hash);
  const files = readdirSync(one?.[0]?.folder ?? '');
  expect(files).toEqual(expect.arrayContaining(['index.js', ...readdirSync('constructs/vllm-fleet/host')]));
});

test('each region pulls from its own registry', () => {
  const stack = testStack({ env: { region: 'eu-south-1' } });
  expect(hostFile({}, stack).image.registry).toBe('692866216735.dkr.ecr.eu-south-1.<AWS::URLSuffix>');
});

test('a stack without a region looks the registry up, in one table for all its fleets', () => {
  const stack = testStack({});
  const { template } = fleetStack({}, stack);
  expect(hostFileOf(template()).image.registry).toBe(
    '<HybridLlmEngineRegistries/<AWS::Region>/account>.dkr.ecr.<AWS::Region>.<AWS::URLSuffix>',
  );
  const mappings = template().toJSON()['Mappings'] as Record<string, Record<string, unknown>>;
  expect(mappings['HybridLlmEngineRegistries']?.['eu-south-1']).toEqual({ account: '692866216735' });
});

test('fails in a region without a registry, naming those that have one', () => {
  const stack = testStack({ env: { region: 'us-isof-south-1' } });
  fleetStack({}, stack);
  expect(errorsOf(stack)).toEqual([expect.stringMatching(/us-isof-south-1.*us-east-1, us-east-2/)]);
});

interface UploadedFolder {
  readonly hash: string;
  readonly folder: string;
}

/** Folders that are uploaded with a stack. */
function assetsOf(stack: Stack): UploadedFolder[] {
  const assembly = (stack.node.root as App).synth();
  const manifest = assembly.artifacts.find(({ id }) => id === 'Test.assets') as unknown as {
    contents: { files: Record<string, { source: { path: string; packaging: string } }> };
  };
  return Object.entries(manifest.contents.files)
    .filter(([, { source }]) => source.packaging === 'zip')
    .map(([hash, { source }]) => ({ hash, folder: path.resolve(assembly.directory, source.path) }));
}
