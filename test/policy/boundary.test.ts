import { isPrivateAddress, mayServe, providerBoundary } from '../../lib/policy/boundary';
import { planOf } from '../support/plans';

const provider = (name: string, rest: { baseUrl?: string; hasAgreement?: boolean } = {}) => ({
  name,
  baseUrl: rest.baseUrl,
  hasAgreement: rest.hasAgreement ?? false,
});

describe('the boundary of a provider', () => {
  test.each([
    ['openai', {}, 'gpt-4o', 'external'],
    ['openai', { hasAgreement: true }, 'gpt-4o', 'agreement'],
    ['anthropic', { baseUrl: 'http://10.0.0.5' }, 'claude', 'external'],
    ['gemini', { baseUrl: 'http://192.168.1.1', hasAgreement: true }, 'flash', 'agreement'],
    ['lab', { baseUrl: 'http://10.0.7.4:11434/v1' }, 'qwen3', 'vpc'],
    ['lab', { baseUrl: 'https://llm.internal.example/v1' }, 'qwen3', 'external'],
    ['lab', { baseUrl: 'https://llm.internal.example/v1', hasAgreement: true }, 'qwen3', 'agreement'],
    ['lab', { baseUrl: 'http://127.0.0.1:11434/v1' }, 'qwen3', 'external'],
    ['lab', { baseUrl: 'http://localhost:11434/v1' }, 'qwen3', 'external'],
    ['bedrock', {}, 'amazon.nova-lite-v1:0', 'region'],
    ['bedrock', {}, 'us.amazon.nova-lite-v1:0', 'external'],
    ['bedrock', {}, 'eu.anthropic.claude-sonnet-5-v1:0', 'external'],
    ['bedrock', { hasAgreement: true }, 'global.anthropic.claude-sonnet-5-v1:0', 'agreement'],
    ['bedrock', {}, 'arn:aws:bedrock:us-east-1:1:application-inference-profile/x', 'external'],
    ['bedrock', {}, null, 'external'],
  ])('%s %j with model %s is %s', (name, rest, model, expected) => {
    expect(providerBoundary(provider(name, rest), model)).toBe(expected);
  });
});

test.each([
  ['http://10.0.0.1', true],
  ['http://172.16.0.1', true],
  ['http://172.31.255.255', true],
  ['http://172.32.0.1', false],
  ['http://192.168.0.1', true],
  ['http://192.169.0.1', false],
  ['http://169.254.169.254', false],
  ['http://100.64.0.1', false],
  ['http://8.8.8.8', false],
  // Other spellings of an address are brought to the usual one by the URL parser.
  ['http://0x0a000001', true],
  ['http://[fd00::1]', true],
  ['http://[fe80::1]', false],
  ['http://[::ffff:10.0.0.1]', false],
  ['http://10.0.0.1.example.com', false],
  ['http://fd00.example.com', false],
])('%s is a private address: %s', (url, expected) => {
  expect(isPrivateAddress(url)).toBe(expected);
});

test('each class may go as far as its boundary and no farther', () => {
  const { sensitivity } = planOf({ sensitivity: { default: 'public' } });
  const reach = (one: 'public' | 'internal' | 'restricted') =>
    (['vpc', 'region', 'agreement', 'external'] as const).filter((boundary) => mayServe(sensitivity, one, boundary));
  expect(reach('public')).toEqual(['vpc', 'region', 'agreement', 'external']);
  expect(reach('internal')).toEqual(['vpc', 'region', 'agreement']);
  expect(reach('restricted')).toEqual(['vpc']);
});
