/** What values of templates stand for, within one and across several. */
import { type Assembly, assemblyOf } from '../../lib/proof/assembly';
import { entitiesOf } from '../../lib/proof/entity';
import { targetsOf, textsOf } from '../../lib/proof/resolve';
import type { StackTemplate } from '../../lib/proof/template';
import { att, ref, resource, stackOf } from './templates';

const RESOURCES = {
  Vpc: resource('AWS::EC2::VPC'),
  Bucket: resource('AWS::S3::Bucket'),
  Custom: resource('Custom::Thing'),
};

const alone = (more: object = {}): { assembly: Assembly; stack: StackTemplate } => {
  const stack = stackOf({ Resources: RESOURCES, ...more });
  return { assembly: assemblyOf([stack]), stack };
};

const texts = (value: unknown, more: object = {}): string[] => {
  const { assembly, stack } = alone(more);
  return textsOf(assembly, value, stack);
};

test.each([
  ['a text', 'a', ['a']],
  ['numbers and switches', [1, true], ['1', 'true']],
  ['a reference', ref('Bucket'), ['${Bucket}']],
  [
    'both spellings of an attribute',
    [att('Bucket', 'Arn'), { 'Fn::GetAtt': 'Bucket.Arn' }],
    ['${Bucket.Arn}', '${Bucket.Arn}'],
  ],
  ['the region, where it is known', ref('AWS::Region'), ['us-east-1']],
  ['the account', ref('AWS::AccountId'), ['${AWS::AccountId}']],
  ['no value', ref('AWS::NoValue'), []],
  ['a parameter', ref('Who'), ['${?Who}']],
  ['what a custom resource hands out', att('Custom', 'Id'), ['${?Custom.Id}']],
  ['both sides of a condition', { 'Fn::If': ['C', 'a', ['b', 'c']] }, ['a', 'b', 'c']],
  ['a join', { 'Fn::Join': ['-', ['a', ref('AWS::Region'), ref('Bucket')]] }, ['a-us-east-1-${Bucket}']],
  [
    'a substitution',
    { 'Fn::Sub': 'arn:${AWS::Partition}:s3:::${Bucket}/${!x}' },
    ['arn:${AWS::Partition}:s3:::${Bucket}/${x}'],
  ],
  ['a substitution with variables', { 'Fn::Sub': ['${A}/${B}', { A: 'a', B: ref('Who') }] }, ['a/${?Who}']],
  ['a selection', { 'Fn::Select': ['1', ['a', 'b']] }, ['b']],
  ['a split', { 'Fn::Split': [',', 'a,b'] }, ['a', 'b']],
  ['a split of a join', { 'Fn::Split': ['||', { 'Fn::Join': ['||', [ref('Bucket'), 'b']] }] }, ['${Bucket}', 'b']],
  ['a selection of a split', { 'Fn::Select': [0, { 'Fn::Split': [',', 'a,b'] }] }, ['a']],
  ['a mapping', { 'Fn::FindInMap': ['Images', ref('AWS::Region'), 'id'] }, ['ami-1']],
])('reads %s', (_, value, expected) => {
  expect(texts(value, { Mappings: { Images: { 'us-east-1': { id: 'ami-1' } } } })).toEqual(expected);
});

test('what cannot be read is unseen, and the same wherever it stands', () => {
  const { assembly, stack } = alone();
  const odd = { 'Fn::Transform': { Name: 'X' } };
  expect(targetsOf(assembly, odd, stack)).toMatchObject([{ kind: 'unseen' }]);
  expect(entitiesOf(assembly, [odd, odd], stack)).toHaveLength(1);
});

test('the default security group of a VPC is not the VPC', () => {
  const { assembly, stack } = alone();
  const [vpc, group] = entitiesOf(assembly, [ref('Vpc'), att('Vpc', 'DefaultSecurityGroup')], stack);
  expect([vpc?.resource?.logicalId, group?.resource]).toEqual(['Vpc', null]);
});

describe('across templates', () => {
  const producer = stackOf(
    {
      Resources: RESOURCES,
      Outputs: {
        Vpc: { Value: ref('Vpc'), Export: { Name: 'Net:Vpc' } },
        List: { Value: { 'Fn::Join': ['||', [ref('Vpc'), ref('Bucket')]] }, Export: { Name: 'Net:List' } },
      },
    },
    { file: 'out/Net.template.json', stackName: 'Net' },
  );
  const keysOf = (value: unknown, stack: StackTemplate, ...more: StackTemplate[]): string[] =>
    entitiesOf(assemblyOf([producer, stack, ...more]), value, stack).map(({ key }) => key);
  const consumer = stackOf({}, { file: 'out/App.template.json', stackName: 'App' });
  const vpc = 'out/Net.template.json#Vpc';

  test('follows exports, also of lists', () => {
    expect(keysOf({ 'Fn::ImportValue': 'Net:Vpc' }, consumer)).toEqual([vpc]);
    expect(keysOf({ 'Fn::Split': ['||', { 'Fn::ImportValue': 'Net:List' }] }, consumer)).toEqual([
      vpc,
      'out/Net.template.json#Bucket',
    ]);
  });

  test('follows outputs of other stacks', () => {
    const output = { 'Fn::GetStackOutput': { StackName: 'Net', OutputName: 'Vpc', Region: 'us-east-1' } };
    expect(keysOf(output, consumer)).toEqual([vpc]);
  });

  test('does not take a stack of the same name in another region or assembly for it', () => {
    const output = { 'Fn::GetStackOutput': { StackName: 'Net', OutputName: 'Vpc', Region: 'eu-west-1' } };
    expect(keysOf(output, consumer)[0]).not.toBe(vpc);
    const other = stackOf({}, { file: 'other/App.template.json', assembly: 'other' });
    expect(keysOf({ 'Fn::ImportValue': 'Net:Vpc' }, other)[0]).not.toBe(vpc);
  });

  test('follows parameters into nested stacks and outputs out of them', () => {
    const parent = stackOf(
      {
        Resources: {
          Nested: resource('AWS::CloudFormation::Stack', { Parameters: { VpcId: { 'Fn::ImportValue': 'Net:Vpc' } } }),
        },
      },
      { file: 'out/App.template.json' },
    );
    const nested = stackOf(
      {
        Resources: { Group: resource('AWS::EC2::SecurityGroup') },
        Outputs: { Id: { Value: att('Group', 'GroupId') } },
      },
      { file: 'out/Nested.json', parent: { stack: parent, logicalId: 'Nested' } },
    );
    const assembly = assemblyOf([producer, parent, nested]);
    expect(entitiesOf(assembly, ref('VpcId'), nested).map(({ key }) => key)).toEqual([vpc]);
    expect(entitiesOf(assembly, att('Nested', 'Outputs.Id'), parent).map(({ key }) => key)).toEqual([
      'out/Nested.json#Group',
    ]);
    const unknown = entitiesOf(assembly, [att('Nested', 'Outputs.A'), att('Nested', 'Outputs.B')], parent);
    expect(unknown.map(({ resource }) => resource)).toEqual([null, null]);
  });

  test('gives up on values that go round in circles', () => {
    const parent = stackOf(
      {
        Resources: {
          Nested: resource('AWS::CloudFormation::Stack', { Parameters: { A: att('Nested', 'Outputs.A') } }),
        },
      },
      { file: 'out/App.template.json' },
    );
    const nested = stackOf(
      { Outputs: { A: { Value: ref('A') } } },
      { file: 'out/Nested.json', parent: { stack: parent, logicalId: 'Nested' } },
    );
    const found = entitiesOf(assemblyOf([parent, nested]), ref('A'), nested);
    expect(found.map(({ resource }) => resource)).toEqual([null]);
  });
});
