/** Templates of a cloud assembly, found by its manifests. */
import { AssemblyError, readAssembly } from '../../lib/proof/read-assembly';
import { resource } from './templates';

const files = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  'out/manifest.json': {
    artifacts: {
      Net: {
        type: 'aws:cloudformation:stack',
        environment: 'aws://unknown-account/us-east-1',
        properties: { templateFile: 'Net.template.json' },
      },
      Tree: { type: 'cdk:tree', properties: { file: 'tree.json' } },
      Prod: { type: 'cdk:cloud-assembly', properties: { directoryName: 'assembly-Prod' } },
    },
  },
  'out/Net.template.json': {
    Resources: {
      Nested: resource('AWS::CloudFormation::Stack', {
        TemplateURL: { 'Fn::Join': ['', ['https://s3.', { Ref: 'AWS::URLSuffix' }, '/assets/abc.json']] },
      }),
      Foreign: resource('AWS::CloudFormation::Stack', { TemplateURL: 'https://example.com/other.json' }),
    },
  },
  'out/Net.assets.json': {
    files: { abc: { source: { path: 'Nested.json' }, destinations: { here: { objectKey: 'abc.json' } } } },
  },
  'out/Nested.json': { Resources: { Vpc: resource('AWS::EC2::VPC') } },
  'out/assembly-Prod/manifest.json': {
    artifacts: {
      ProdApp: {
        type: 'aws:cloudformation:stack',
        environment: 'aws://111122223333/unknown-region',
        properties: { templateFile: 'ProdApp.template.json', stackName: 'Prod-App' },
      },
    },
  },
  'out/assembly-Prod/ProdApp.template.json': { Resources: {} },
  ...more,
});

const read = (all: Record<string, unknown>) => (file: string) => {
  const content = all[file];
  return content === undefined ? null : typeof content === 'string' ? content : JSON.stringify(content);
};

test('finds stacks, nested stacks and nested assemblies, and what is known of where they go', () => {
  const found = readAssembly('out', read(files()));
  expect(
    found.map(({ file, stackName, account, region, parent }) => ({
      file,
      stackName,
      account,
      region,
      parent: parent?.logicalId,
    })),
  ).toEqual([
    { file: 'out/Net.template.json', stackName: 'Net', account: null, region: 'us-east-1', parent: undefined },
    { file: 'out/Nested.json', stackName: null, account: null, region: 'us-east-1', parent: 'Nested' },
    {
      file: 'out/assembly-Prod/ProdApp.template.json',
      stackName: 'Prod-App',
      account: '111122223333',
      region: null,
      parent: undefined,
    },
  ]);
});

test.each([
  ['a folder without a manifest', {}, 'no cloud assembly at out: expected out/manifest.json; run `cdk synth` first'],
  ['a manifest that is no JSON', files({ 'out/manifest.json': '{' }), /^out\/manifest\.json is not JSON/],
  [
    'a missing template',
    files({ 'out/Net.template.json': undefined }),
    /the template out\/Net\.template\.json is missing/,
  ],
  ['a template that is a list', files({ 'out/Net.template.json': [] }), /out\/Net\.template\.json is no template/],
])('says what is wrong with %s', (_, all, message) => {
  expect(() => readAssembly('out', read(all))).toThrow(AssemblyError);
  expect(() => readAssembly('out', read(all))).toThrow(message);
});
