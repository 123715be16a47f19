import { imds } from '../../lambda/host-agent/imds';
import { type FakeImds, startFakeImds } from '../support/fake-imds';

let fake: FakeImds;

beforeEach(async () => {
  fake = await startFakeImds();
});
afterEach(() => fake.stop());

const tokensAsked = (): number => fake.requests.filter(({ path }) => path === '/latest/api/token').length;

test('tells who the host is', async () => {
  expect(await imds(fake.url).identity()).toEqual({
    launchedMs: Date.UTC(2026, 10, 21, 8, 0, 0),
    templateVersion: expect.stringMatching(/^[0-9a-f]{12}$/) as string,
    instanceId: 'i-0fa4e000000000001',
    privateIp: '127.0.0.1',
    zone: 'us-east-1a',
    instanceType: 'g6.xlarge',
    lifecycle: 'spot',
  });
});

test('hosts of one template say so, those of another do not', async () => {
  const version = async (): Promise<string> => (await imds(fake.url).identity()).templateVersion;
  const first = await version();
  expect(await version()).toBe(first);
  fake.userData = '#!/bin/bash\necho other';
  const other = await version();
  fake.imageId = 'ami-1';
  expect(new Set([first, other, await version()]).size).toBe(3);
  fake.userData = null;
  expect(await version()).toMatch(/^[0-9a-f]{12}$/);
});

test('keeps its token, and takes a new one when it has expired', async () => {
  const metadata = imds(fake.url);
  await metadata.notices();
  const first = tokensAsked();
  await metadata.notices();
  expect(tokensAsked()).toBe(first);
  fake.expireTokens();
  expect((await metadata.notices()).terminated).toBe(false);
  expect(tokensAsked()).toBeGreaterThan(first);
});

describe('notices', () => {
  test('there is none before there is one', async () => {
    fake.targetLifecycleState = null;
    expect(await imds(fake.url).notices()).toEqual({ interruption: null, rebalance: false, terminated: false });
  });

  test.each([0, -120_000, 120_000])(
    'an interruption has the time that is left, though the host’s clock is %d ms off',
    async (offMs) => {
      const nowMs = Date.UTC(2026, 10, 21, 8, 20, 0);
      fake.nowMs = () => nowMs;
      fake.interrupt(nowMs + 118_000);
      expect((await imds(fake.url, () => nowMs + offMs).notices()).interruption).toEqual({
        action: 'terminate',
        leftMs: 118_000,
      });
    },
  );

  test.each([
    ['meta-data/events', { interruption: { action: 'terminate', leftMs: expect.any(Number) as number } }],
    ['meta-data/autoscaling', { interruption: { action: 'terminate', leftMs: expect.any(Number) as number } }],
    ['meta-data/spot', { terminated: true, interruption: null }],
  ])('are told though %s does not answer', async (failsAt, told) => {
    fake.interrupt(Date.now() + 100_000);
    fake.targetLifecycleState = 'Terminated';
    Object.assign(fake, { failsAt, failsWith: 500 });
    expect(await imds(fake.url).notices()).toMatchObject(told);
  });

  test('an interruption that cannot be read is one', async () => {
    fake.instanceAction = '{"action":"stop","time":"soon"}';
    expect((await imds(fake.url).notices()).interruption).toEqual({ action: 'stop', leftMs: null });
    fake.instanceAction = '';
    expect((await imds(fake.url).notices()).interruption).toEqual({ action: 'unknown', leftMs: null });
  });

  test.each([
    ['InService', false],
    ['Terminated', true],
    ['Terminated\n', true],
    ['Standby', false],
  ])('a target state %j means the end: %s', async (state, terminated) => {
    fake.targetLifecycleState = state;
    expect((await imds(fake.url).notices()).terminated).toBe(terminated);
  });

  test('a recommendation to rebalance', async () => {
    fake.rebalanceRecommended = true;
    expect((await imds(fake.url).notices()).rebalance).toBe(true);
  });

  test('no answer is an error, not the absence of a notice', async () => {
    const metadata = imds(fake.url);
    await metadata.notices();
    Object.assign(fake, { failsAt: 'meta-data/spot', failsWith: 500 });
    await expect(metadata.notices()).rejects.toThrow('meta-data/spot/instance-action: status 500');
    await fake.stop();
    await expect(metadata.notices()).rejects.toThrow();
  });
});

describe('credentials of the role', () => {
  test('have their session token and are kept', async () => {
    const metadata = imds(fake.url);
    const credentials = await metadata.credentials();
    expect(credentials).toMatchObject({ secretAccessKey: 'fake-secret', sessionToken: 'fake-session' });
    expect(await metadata.credentials()).toBe(credentials);
  });

  test('are asked for again shortly before they expire', async () => {
    let nowMs = Date.now();
    const metadata = imds(fake.url, () => nowMs);
    const { accessKeyId, expiresMs } = await metadata.credentials();
    nowMs = expiresMs - 5 * 60_000;
    expect((await metadata.credentials()).accessKeyId).toBe(accessKeyId);
    nowMs = expiresMs - 3 * 60_000;
    expect((await metadata.credentials()).accessKeyId).not.toBe(accessKeyId);
  });

  test('are missing where EC2 could not assume the role', async () => {
    fake.credentialsCode = 'AssumeRoleUnauthorizedAccess';
    await expect(imds(fake.url).credentials()).rejects.toThrow('AssumeRoleUnauthorizedAccess');
  });
});
