import { RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { ModelStore, type ModelStoreProps } from '../../../constructs/model-store';
import { testApp, testStack } from '../../support/cdk';
import {
  actionsIn,
  errorsOf,
  flat,
  oneOf,
  propertiesOf,
  resourcesIn,
  type Statement,
  statementsOf,
} from '../vllm-fleet/fleet-stack';

const PROJECT = 'AWS::CodeBuild::Project';

function storeStack(props: (stack: Stack) => ModelStoreProps = () => ({})) {
  const stack = testStack();
  const store = new ModelStore(stack, 'Models', props(stack));
  return { stack, store, template: () => Template.fromStack(stack) };
}

const bucketStatements = (template: Template): Statement[] =>
  (oneOf(template, 'AWS::S3::BucketPolicy')['PolicyDocument'] as { Statement: Statement[] }).Statement;

/** A build's variables, with references as `<LogicalId>`. */
const variablesOf = (template: Template): Record<string, string> => {
  const { EnvironmentVariables } = oneOf(template, PROJECT)['Environment'] as {
    EnvironmentVariables: { Name: string; Value: unknown }[];
  };
  return Object.fromEntries(EnvironmentVariables.map(({ Name, Value }) => [Name, flat(Value)]));
};

describe('the bucket', () => {
  test('is encrypted, closed to the public, and forgets what broke off', () => {
    expect(oneOf(storeStack().template(), 'AWS::S3::Bucket')).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      LifecycleConfiguration: {
        Rules: [{ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 }, Status: 'Enabled' }],
      },
    });
  });

  test('takes nothing in clear text', () => {
    const denied = bucketStatements(storeStack().template()).filter(({ Effect }) => Effect === 'Deny');
    expect(denied.map(({ Condition }) => Condition)).toEqual([
      { Bool: { 'aws:SecureTransport': 'false' } },
      { NumericLessThan: { 's3:TlsVersion': 1.2 } },
    ]);
  });

  test('logs accesses where there is a place for it', () => {
    const { template } = storeStack((stack) => ({
      logBucket: new s3.Bucket(stack, 'Logs', { bucketName: 'acme-logs' }),
    }));
    expect(oneOf(template(), 'AWS::S3::Bucket', 'Models')['LoggingConfiguration']).toEqual({
      DestinationBucketName: { Ref: expect.stringMatching(/^Logs/) as string },
      LogFilePrefix: 'access-logs/model-store/',
    });
  });

  test('goes with the stack only if it is to', () => {
    const policies = (removalPolicy?: RemovalPolicy) => {
      const template = storeStack(() => (removalPolicy === undefined ? {} : { removalPolicy })).template();
      return ['AWS::S3::Bucket', 'AWS::Logs::LogGroup'].flatMap((type) =>
        Object.values(template.findResources(type)).map(({ DeletionPolicy }) => DeletionPolicy as string),
      );
    };
    expect(policies()).toEqual(['Retain', 'Retain']);
    expect(policies(RemovalPolicy.DESTROY)).toEqual(['Delete', 'Delete']);
  });

  test('keeps its logical id', () => {
    expect(Object.keys(propertiesOf(storeStack().template(), 'AWS::S3::Bucket'))).toEqual(['ModelsBucket970C6ADA']);
  });
});

describe('a bucket of yours', () => {
  test('is used as it is', () => {
    const { template, store } = storeStack((stack) => ({
      bucket: s3.Bucket.fromBucketName(stack, 'Yours', 'acme-models'),
    }));
    expect(store.bucket.bucketName).toBe('acme-models');
    expect(propertiesOf(template(), 'AWS::S3::Bucket')).toEqual({});
    expect(propertiesOf(template(), 'AWS::S3::BucketPolicy')).toEqual({});
    const written = statementsOf(template(), 'ModelsMirrorRole').filter((one) =>
      actionsIn(one).includes('s3:PutObject'),
    );
    expect(written.flatMap(resourcesIn)).toEqual(['arn:aws:s3:::acme-models/weights/*']);
  });

  test('may be encrypted with a key of yours', () => {
    const { stack, store, template } = storeStack((inner) => ({
      bucket: s3.Bucket.fromBucketAttributes(inner, 'Yours', {
        bucketName: 'acme-models',
        encryptionKey: kms.Key.fromKeyArn(
          inner,
          'Key',
          'arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555',
        ),
      }),
    }));
    store.grantRead(new iam.Role(stack, 'Host', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') }));
    const keyActions = (role: string) =>
      statementsOf(template(), role)
        .flatMap(actionsIn)
        .filter((action) => action.startsWith('kms:'));
    expect(keyActions('Host')).toEqual(['kms:Decrypt']);
    expect(keyActions('ModelsMirrorRole').sort()).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
  });
});

describe('whoever is granted reading', () => {
  const host = (stack: Stack, id = 'Host') =>
    new iam.Role(stack, id, { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') });
  const rights = (statements: readonly Statement[]) =>
    statements.map((one) => [actionsIn(one), resourcesIn(one), one.Condition]);
  const LIST = [['s3:ListBucket'], expect.anything() as unknown, { StringLike: { 's3:prefix': 'weights/*' } }];

  test('may read and list the weights and nothing else; the bucket itself says so', () => {
    const { stack, store, template } = storeStack(() => ({ mirror: false }));
    store.grantRead(host(stack));
    expect(rights(statementsOf(template(), 'HostDefaultPolicy'))).toEqual([LIST]);
    const allowed = bucketStatements(template()).filter(({ Effect }) => Effect === 'Allow');
    expect(rights(allowed)).toEqual([[['s3:GetObject'], ['<ModelsBucket970C6ADA.Arn>/weights/*'], undefined]]);
    expect(JSON.stringify(allowed[0]?.Principal)).toMatch(/^\{"AWS":\{"Fn::GetAtt":\["Host/);
    expect(allowed[0]?.Sid).toMatch(/^WeightsAreManyFilesUnderOnePrefixFor\w*Host/);
  });

  test('may be several, each with a statement of its own name', () => {
    const { stack, store, template } = storeStack();
    for (const id of ['One', 'Two', 'Two'])
      store.grantRead((stack.node.tryFindChild(id) as iam.Role | undefined) ?? host(stack, id));
    const sids = bucketStatements(template()).flatMap(({ Sid }) => Sid ?? []);
    expect(sids).toHaveLength(3);
    expect(new Set(sids).size).toBe(3);
  });

  test('in another stack has it in its own policy, so that the stacks do not need each other', () => {
    const app = testApp();
    const base = new Stack(app, 'Base', { env: { region: 'us-east-1' } });
    const far = new Stack(app, 'Far', { env: { region: 'us-east-1' } });
    new ModelStore(base, 'Models', { mirror: false }).grantRead(host(far));
    const statements = statementsOf(Template.fromStack(far), 'HostDefaultPolicy');
    expect(statements.flatMap(actionsIn)).toEqual(['s3:GetObject', 's3:ListBucket']);
    expect(statements[0]?.Sid).toBe('WeightsAreManyFilesUnderOnePrefix');
  });
});

describe('the mirror', () => {
  test('is a small build outside of any VPC, without privileges', () => {
    const project = oneOf(storeStack().template(), PROJECT);
    expect(project['VpcConfig']).toBeUndefined();
    expect(project).toMatchObject({
      Environment: { ComputeType: 'BUILD_GENERAL1_SMALL', Type: 'ARM_CONTAINER', PrivilegedMode: false },
      Artifacts: { Type: 'NO_ARTIFACTS' },
      TimeoutInMinutes: 480,
    });
  });

  test('is told where to copy from and to; what to copy it is told when it is started', () => {
    const variables = variablesOf(storeStack().template());
    expect(variables).toEqual({
      PROGRAM: expect.stringMatching(/^s3:\/\/cdk-.*\/[0-9a-f]{64}\.zip$/) as string,
      BUCKET: '<ModelsBucket970C6ADA>',
      PREFIX: 'weights',
      REVISION: 'main',
      HF_ENDPOINT: 'https://huggingface.co',
    });
  });

  test('fetches its program and runs it on Node.js 24', () => {
    const source = oneOf(storeStack().template(), PROJECT)['Source'] as { Type: string; BuildSpec: string };
    expect(source.Type).toBe('NO_SOURCE');
    expect(JSON.parse(source.BuildSpec)).toEqual({
      version: '0.2',
      phases: {
        install: { 'runtime-versions': { nodejs: 'latest' } },
        build: {
          commands: [
            'aws s3 cp "$PROGRAM" mirror.zip --only-show-errors',
            'unzip -q mirror.zip -d mirror',
            'node mirror/index.js',
          ],
        },
      },
    });
  });

  test('gets the token from the secret, which is in no template', () => {
    const { template } = storeStack((stack) => ({
      huggingFaceToken: new secretsmanager.Secret(stack, 'Token', {
        secretStringValue: SecretValue.unsafePlainText('hf_of-a-test'),
      }),
    }));
    const { EnvironmentVariables } = oneOf(template(), PROJECT)['Environment'] as { EnvironmentVariables: unknown[] };
    const [secret] = Object.keys(propertiesOf(template(), 'AWS::SecretsManager::Secret'));
    expect(EnvironmentVariables).toContainEqual({ Name: 'HF_TOKEN', Type: 'SECRETS_MANAGER', Value: { Ref: secret } });
    expect(JSON.stringify(oneOf(template(), PROJECT))).not.toContain('hf_of-a-test');
    const read = statementsOf(template(), 'ModelsMirrorRole').filter((one) => resourcesIn(one).includes(`<${secret}>`));
    expect(read.flatMap(actionsIn).sort()).toEqual(['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue']);
  });

  test('of a secret that is known by its name asks by the name', () => {
    const { template } = storeStack((stack) => ({
      huggingFaceToken: secretsmanager.Secret.fromSecretNameV2(stack, 'Token', 'acme/hugging-face'),
    }));
    expect(variablesOf(template())['HF_TOKEN']).toBe('acme/hugging-face');
  });

  test('may write weights, which the bucket itself says, and do little else', () => {
    const template = storeStack().template();
    const allowed = bucketStatements(template).filter(({ Effect }) => Effect === 'Allow');
    expect(allowed.map((one) => [actionsIn(one), resourcesIn(one)])).toEqual([
      [['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'], ['<ModelsBucket970C6ADA.Arn>/weights/*']],
    ]);
    expect(allowed[0]?.Sid).toMatch(/^MirrorWritesAnyFileOfAnyModelFor\w*Mirror/);
    const own = statementsOf(template, 'ModelsMirrorRole').map((one) => [actionsIn(one), resourcesIn(one)]);
    expect(own).toEqual([
      [['s3:GetObject'], [expect.stringMatching(/^arn:aws:s3:::cdk-.*\.zip$/)]],
      [['logs:CreateLogStream', 'logs:PutLogEvents'], [expect.stringMatching(/^<ModelsMirrorLogs.*\.Arn>$/)]],
      [['s3:ListBucket'], ['<ModelsBucket970C6ADA.Arn>']],
    ]);
    expect(
      Object.values(propertiesOf(template, 'AWS::IAM::Role')).map(({ ManagedPolicyArns }) => ManagedPolicyArns),
    ).toEqual([undefined]);
  });

  test('writes logs that end some day', () => {
    const template = storeStack(() => ({ logRetention: logs.RetentionDays.ONE_WEEK })).template();
    const [group] = Object.keys(propertiesOf(template, 'AWS::Logs::LogGroup'));
    expect(oneOf(template, 'AWS::Logs::LogGroup')['RetentionInDays']).toBe(7);
    expect(oneOf(template, PROJECT)['LogsConfig']).toEqual({
      CloudWatchLogs: { GroupName: { Ref: group }, Status: 'ENABLED' },
    });
  });

  test('can be left out', () => {
    const { store, template } = storeStack(() => ({ mirror: false }));
    expect(store.mirrorProject).toBeUndefined();
    expect(propertiesOf(template(), PROJECT)).toEqual({});
    expect(propertiesOf(template(), 'AWS::IAM::Role')).toEqual({});
  });

  test('is there for whoever wants to start it', () => {
    const { store, stack } = storeStack();
    const project: codebuild.IProject | undefined = store.mirrorProject;
    expect(stack.resolve(project?.projectName)).toEqual({ Ref: expect.stringMatching(/^ModelsMirror/) as string });
  });

  test('fails for a hub in clear text', () => {
    const { stack } = storeStack(() => ({ hubUrl: 'http://hub.example' }));
    expect(errorsOf(stack)).toEqual([expect.stringMatching(/hubUrl must begin with https:.*got http:\/\/hub.example/)]);
  });
});

test('two stores fit in one stack', () => {
  const { stack, template } = storeStack();
  new ModelStore(stack, 'Others', { hubUrl: 'https://hub.example' });
  expect(Object.keys(propertiesOf(template(), 'AWS::S3::Bucket'))).toHaveLength(2);
  expect(Object.keys(propertiesOf(template(), PROJECT))).toHaveLength(2);
});

test('nothing needs a VPC', () => {
  const { stack } = storeStack();
  expect(stack.node.findAll().some((one) => one instanceof ec2.CfnVPC)).toBe(false);
});
