import { lets } from '../../bin/doctor/endpoint-policy';

const policy = (...statements: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });
const all = { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' };

test.each([
  ['everything', policy(all), 'yes'],
  ['everything, principal as AWS writes it', policy({ ...all, Principal: { AWS: '*' } }), 'yes'],
  ['one statement that is no list', JSON.stringify({ Statement: all }), 'yes'],
  ['the action among others', policy({ ...all, Action: ['s3:PutObject', 's3:Get*'] }), 'yes'],
  ['whatever the case', policy({ ...all, Action: 'S3:getobject' }), 'yes'],
  ['other actions', policy({ ...all, Action: 's3:PutObject' }), 'no'],
  ['all but others', policy({ ...all, Action: undefined, NotAction: 's3:PutObject' }), 'yes'],
  ['all but this', policy({ ...all, Action: undefined, NotAction: ['s3:Get*'] }), 'no'],
  ['under a condition', policy({ ...all, Condition: { StringEquals: { 'aws:PrincipalAccount': '1' } } }), 'narrowed'],
  ['some resources', policy({ ...all, Resource: 'arn:aws:s3:::mine/*' }), 'narrowed'],
  ['some principals', policy({ ...all, Principal: { AWS: 'arn:aws:iam::1:root' } }), 'narrowed'],
  ['refused outright', policy(all, { ...all, Effect: 'Deny', Action: 's3:*' }), 'no'],
  ['refused in part', policy(all, { ...all, Effect: 'Deny', Resource: 'arn:aws:s3:::theirs/*' }), 'narrowed'],
  ['nothing', policy(), 'no'],
  ['not JSON', 'nothing', 'no'],
])('a policy for %s', (_, text, answer) => {
  expect(lets(text, 's3:GetObject')).toBe(answer);
});

test('a dot in a pattern is a dot', () => {
  expect(lets(policy({ ...all, Action: 's3.GetObject' }), 's3:GetObject')).toBe('no');
});
