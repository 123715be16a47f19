/** Every `*` of a policy has a reason, wherever the policy stands. */
import { unexplainedWildcards } from '../../lib/proof/wildcards';
import { type DraftResource, att, resource, stackOf } from './templates';

const found = (resources: Record<string, DraftResource>): string[] =>
  unexplainedWildcards([stackOf({ Resources: resources })]).map(
    ({ problem, logicalId, property }) => `${logicalId} ${property} ${problem}`,
  );

const role = (...Statement: object[]): DraftResource =>
  resource('AWS::IAM::Role', { Policies: [{ PolicyName: 'a', PolicyDocument: { Statement } }] });
const allow = (Action: unknown, Resource: unknown, more: object = {}): object => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});

test('a star that says why passes, one that does not is found', () => {
  expect(found({ Role: role(allow('a:B', '*', { Sid: 'ExistsOnlyOnStar' })) })).toEqual([]);
  expect(found({ Role: role(allow('a:B', '*')) })).toEqual([
    'Role Policies.0.PolicyDocument star-resource-without-sid',
  ]);
});

test('a star among other resources counts, and so does an ARN that names nothing', () => {
  expect(found({ Role: role(allow('a:B', [att('Table', 'Arn'), '*'])) })).toHaveLength(1);
  expect(found({ Role: role(allow('s3:GetObject', 'arn:aws:s3:::*')) })).toHaveLength(1);
  expect(found({ Role: role(allow('s3:GetObject', { 'Fn::Join': ['', [att('Bucket', 'Arn'), '/*']] })) })).toEqual([]);
});

test('no Sid excuses a wildcard in an action', () => {
  expect(found({ Role: role(allow('*', 'arn:aws:s3:::a', { Sid: 'Why' })) })).toEqual([
    'Role Policies.0.PolicyDocument wildcard-action',
  ]);
  expect(found({ Role: role(allow(['s3:Get*'], 'arn:aws:s3:::a')) })).toHaveLength(1);
});

test('a denial may be as wide as it likes', () => {
  expect(found({ Role: role({ Effect: 'Deny', Action: 's3:*', Resource: '*' }) })).toEqual([]);
});

test.each([
  ['a policy', resource('AWS::IAM::Policy', { PolicyDocument: { Statement: allow('a:B', '*') } }), 'PolicyDocument'],
  [
    'an endpoint',
    resource('AWS::EC2::VPCEndpoint', { PolicyDocument: { Statement: [allow('a:B', '*')] } }),
    'PolicyDocument',
  ],
  [
    'a bucket policy',
    resource('AWS::S3::BucketPolicy', { PolicyDocument: { Statement: [allow('a:B', '*')] } }),
    'PolicyDocument',
  ],
  ['a key', resource('AWS::KMS::Key', { KeyPolicy: { Statement: [allow('a:B', '*')] } }), 'KeyPolicy'],
  ['an API', resource('AWS::ApiGateway::RestApi', { Policy: { Statement: [allow('a:B', '*')] } }), 'Policy'],
  [
    'a policy as a text',
    resource('AWS::Logs::ResourcePolicy', { PolicyDocument: JSON.stringify({ Statement: [allow('a:B', '*')] }) }),
    'PolicyDocument',
  ],
])('looks at %s', (_, one, property) => {
  expect(found({ One: one })).toEqual([`One ${property} star-resource-without-sid`]);
});

test('names the resource, its place and what it allows', () => {
  const one = { ...role(allow('a:B', '*')), Metadata: { 'aws:cdk:path': 'Test/Role/Resource' } };
  expect(unexplainedWildcards([stackOf({ Resources: { One: one } })])).toMatchObject([
    { logicalId: 'One', constructPath: 'Test/Role', sid: null, actions: ['a:B'], resources: ['*'] },
  ]);
});
