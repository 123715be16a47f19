/** Which statements of an endpoint's policy stay inside the account. */
import { assemblyOf } from '../../lib/proof/assembly';
import { arnOf } from '../../lib/proof/arn';
import { mayOverlap } from '../../lib/proof/cidr';
import { leak } from '../../lib/proof/narrow';
import { statementsOf } from '../../lib/proof/policy-document';
import { att, ref, resource, stackOf } from './templates';

const stack = stackOf({
  Resources: {
    Bucket: resource('AWS::S3::Bucket'),
    Table: resource('AWS::DynamoDB::Table'),
    Custom: resource('Custom::Bucket'),
    Vpc: resource('AWS::EC2::VPC'),
    Topic: resource('AWS::SNS::Topic'),
    Point: resource('AWS::S3::AccessPoint', { Bucket: 'somebody', BucketAccountId: '111122223333' }),
  },
});

function leaks(statement: object, account: string | null = null): boolean {
  const place = { ...stack, account };
  const assembly = assemblyOf([place]);
  const [one] = statementsOf(assembly, { value: { Statement: statement }, stack: place }) ?? [];
  return one === undefined || leak(assembly, one, place) !== null;
}

const allow = (more: object): object => ({
  Effect: 'Allow',
  Principal: '*',
  Action: 's3:PutObject',
  Resource: '*',
  ...more,
});
const when = (operator: string, key: string, value: unknown): object =>
  allow({ Condition: { [operator]: { [key]: value } } });
const thisAccount = ref('AWS::AccountId');

test.each([
  ['resources of this account', when('StringEquals', 'aws:ResourceAccount', thisAccount)],
  ['the same in other letters', when('StringEquals', 'AWS:resourceaccount', [thisAccount])],
  ['the organisation', when('StringEquals', 'aws:ResourceOrgID', 'o-abc')],
  ['a bucket of the templates', allow({ Resource: { 'Fn::Join': ['', [att('Bucket', 'Arn'), '/*']] } })],
  ['a bucket by its name', allow({ Resource: { 'Fn::Sub': 'arn:${AWS::Partition}:s3:::${Bucket}/*' } })],
  ['a table of the templates', allow({ Action: 'dynamodb:*', Resource: att('Table', 'Arn') })],
  ['a topic of the templates, whose name is its ARN', allow({ Action: 'sns:Publish', Resource: ref('Topic') })],
  ['an ARN of this account', allow({ Resource: { 'Fn::Sub': 'arn:aws:sqs:us-east-1:${AWS::AccountId}:q' } })],
  ['reading packages', allow({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::al2023-repos-eu-west-1-de612dc2/*' })],
  ['logging in to a registry', allow({ Action: 'ecr:GetAuthorizationToken' })],
  [
    'pulling from a named registry',
    allow({
      Action: ['ecr:BatchGetImage'],
      Resource: { 'Fn::Sub': 'arn:${AWS::Partition}:ecr:eu-west-1:763104351884:repository/*' },
    }),
  ],
  ['what it denies', { Effect: 'Deny', Action: '*', Resource: '*' }],
])('%s stays inside', (_, statement) => {
  expect(leaks(statement)).toBe(false);
});

test.each([
  ['everything', allow({})],
  ['who asks instead of what is asked', when('StringEquals', 'aws:PrincipalAccount', thisAccount)],
  ['a caller’s organisation', when('StringEquals', 'aws:PrincipalOrgID', 'o-abc')],
  ['another account', when('StringEquals', 'aws:ResourceAccount', ['111122223333'])],
  ['this account and another', when('StringEquals', 'aws:ResourceAccount', [thisAccount, '111122223333'])],
  ['any account by a wildcard', when('StringLike', 'aws:ResourceAccount', '*')],
  ['any organisation', when('StringLike', 'aws:ResourceOrgID', '*')],
  ['a condition that passes without its key', when('StringEqualsIfExists', 'aws:ResourceAccount', thisAccount)],
  ['a set condition that passes when empty', when('ForAllValues:StringEquals', 'aws:ResourceAccount', thisAccount)],
  ['every account but one', when('StringNotEquals', 'aws:ResourceAccount', thisAccount)],
  ['an account that a parameter decides', when('StringEquals', 'aws:ResourceAccount', ref('Account'))],
  ['a bucket by a name nobody here owns', allow({ Resource: 'arn:aws:s3:::somebody/*' })],
  ['a bucket whose name begins like ours', allow({ Resource: { 'Fn::Sub': 'arn:aws:s3:::${Bucket}-more/*' } })],
  ['a bucket named after a VPC', allow({ Resource: { 'Fn::Sub': 'arn:${AWS::Partition}:s3:::${Vpc}/*' } })],
  ['a bucket named after an attribute', allow({ Resource: { 'Fn::Sub': 'arn:aws:s3:::${Bucket.DomainName}/*' } })],
  ['a name that is no ARN', allow({ Resource: ref('Vpc') })],
  ['an attribute that is no ARN', allow({ Resource: { 'Fn::Sub': '${Vpc.CidrBlock}/*' } })],
  ['an access point, whose bucket may be anybody’s', allow({ Resource: att('Point', 'Arn') })],
  ['a bucket that a parameter names', allow({ Resource: { 'Fn::Sub': 'arn:aws:s3:::${Name}/*' } })],
  ['a bucket that a custom resource names', allow({ Resource: att('Custom', 'Arn') })],
  ['one of ours and one of theirs', allow({ Resource: [att('Bucket', 'Arn'), 'arn:aws:s3:::somebody/*'] })],
  ['writing where AWS publishes', allow({ Resource: 'arn:aws:s3:::al2023-repos-eu-west-1-de612dc2/*' })],
  ['packages of any region', allow({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::al2023-repos-*' })],
  [
    'pulling from any registry',
    allow({ Action: 'ecr:BatchGetImage', Resource: 'arn:aws:ecr:eu-west-1:*:repository/*' }),
  ],
  [
    'pushing to a named registry',
    allow({ Action: 'ecr:PutImage', Resource: 'arn:aws:ecr:eu-west-1:763104351884:repository/a' }),
  ],
  ['everything but something', { Effect: 'Allow', Principal: '*', NotAction: 's3:DeleteBucket', Resource: '*' }],
  ['every resource but one', { Effect: 'Allow', Principal: '*', Action: 's3:*', NotResource: att('Bucket', 'Arn') }],
  ['an effect that cannot be read', { Effect: ref('Effect'), Action: '*', Resource: '*' }],
])('%s leads out', (_, statement) => {
  expect(leaks(statement)).toBe(true);
});

test('an account number counts where the stack is known to be in it', () => {
  const statement = when('StringEquals', 'aws:ResourceAccount', '111122223333');
  expect([leaks(statement, '111122223333'), leaks(statement, '444455556666'), leaks(statement)]).toEqual([
    false,
    true,
    true,
  ]);
});

test('ARNs are taken apart around placeholders', () => {
  expect(arnOf('arn:${AWS::Partition}:s3:::${Bucket}/*')).toEqual({
    service: 's3',
    account: '',
    resource: '${Bucket}/*',
  });
  expect(arnOf('arn:aws:logs:us-east-1:${AWS::AccountId}:log-group:a:*')).toEqual({
    service: 'logs',
    account: '${AWS::AccountId}',
    resource: 'log-group:a:*',
  });
  expect([arnOf('*'), arnOf('${Bucket.Arn}/*'), arnOf('arn:aws:s3')]).toEqual([null, null, null]);
});

test.each([
  ['10.0.0.0/16', '10.0.3.0/24', true],
  ['10.0.3.0/24', '10.0.0.0/16', true],
  ['10.0.0.0/16', '0.0.0.0/0', true],
  ['10.0.0.0/16', '10.1.0.0/16', false],
  ['10.0.0.0/16', '192.168.1.1/32', false],
  ['10.0.0.0/16', '::/0', true],
  ['10.0.0.0/16', '${Vpc.CidrBlock}', true],
  ['10.0.0.0/16', '10.999.0.0/16', true],
])('%s and %s may overlap: %s', (one, other, expected) => {
  expect(mayOverlap(one, other)).toBe(expected);
});
