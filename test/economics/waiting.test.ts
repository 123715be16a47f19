/** What a waiting function costs, what its concurrency carries, and from where a container is cheaper. */
import { requestsPerSecond } from '../../lib/economics/lambda-rate';
import { containersPayFrom, fargateUsdPerHour, lambdaUsdPerRequest } from '../../lib/economics/waiting';

const HELD = { memoryMiB: 1_024, heldSeconds: 20 };

test('a request that is held for 20 s at 1 GB costs 20 GB-seconds and a request', () => {
  expect(lambdaUsdPerRequest(HELD)).toBeCloseTo(20 * 0.0000133334 + 0.0000002, 12);
  expect(lambdaUsdPerRequest({ ...HELD, memoryMiB: 512 })).toBeCloseTo(10 * 0.0000133334 + 0.0000002, 12);
});

test('a Fargate task of 1 vCPU and 2 GB costs $0.0395 an hour', () => {
  expect(fargateUsdPerHour(1, 2)).toBeCloseTo(0.0395, 9);
});

describe('containers', () => {
  const pair = { usdPerHour: fargateUsdPerHour(1, 2), heldRequestsEach: 200, min: 2, fixedUsdPerMonth: 16.425 };

  test('two small ones and a load balancer pay from one request in ten seconds', () => {
    // $57.67 + $16.43 a month, at $0.00026687 a request: 277,645 requests in 2,628,000 s.
    const pay = containersPayFrom(HELD, pair);
    expect(pay).toMatchObject({ containers: 2, usdPerMonth: expect.closeTo(74.095, 6) });
    expect(pay?.requestsPerSecond).toBeCloseTo(0.10565, 4);
  });

  test('held for half as long, they pay from about twice the rate', () => {
    expect(containersPayFrom({ ...HELD, heldSeconds: 10 }, pair)?.requestsPerSecond).toBeCloseTo(0.2111, 4);
  });

  test('one that holds less than what it costs never pays', () => {
    // One request at a time: 131,400 a month, $35.07 by Lambda.
    expect(containersPayFrom(HELD, { ...pair, usdPerHour: 0.1, heldRequestsEach: 1 })).toBeNull();
  });
});

test('1,000 environments that are held for 20 s each carry 50 requests a second, ten carry half a request', () => {
  expect(requestsPerSecond(1_000, 20)).toBe(50);
  expect(requestsPerSecond(10, 20)).toBe(0.5);
});

test('however short a request is, Lambda admits ten a second for each environment', () => {
  expect(requestsPerSecond(100, 0.01)).toBe(1_000);
});
