/** Prices of GPU hosts: what AWS is asked, and what becomes of its answers. */
import { DescribeSpotPriceHistoryCommand } from '@aws-sdk/client-ec2';
import { GetProductsCommand } from '@aws-sdk/client-pricing';
import type { HostPrice } from '../../config/catalog/host-prices';
import { AwsHostPrices } from '../../bin/dev/prices/aws-host-prices';
import { type HostPriceSource, type SpotPoint, refreshedHosts, typicalSpotUsd } from '../../bin/dev/prices/host-prices';

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-11-21T12:00:00Z');
const at = (daysAgo: number): number => NOW_MS - daysAgo * DAY_MS;
const point = (zone: string, daysAgo: number, usdPerHour: number, instanceType = 'g6e.xlarge'): SpotPoint => ({
  instanceType,
  zone,
  usdPerHour,
  atMs: at(daysAgo),
});

describe('a typical spot price', () => {
  const typical = (...points: SpotPoint[]): number | null => typicalSpotUsd(points, at(10), NOW_MS);

  test('weighs each price by how long it held', () => {
    // $1 for four days, then $2 for six.
    expect(typical(point('a', 6, 2), point('a', 10, 1))).toBeCloseTo(1.6, 12);
  });

  test('a price from before the window held when it began', () => {
    expect(typical(point('a', 30, 1), point('a', 5, 3))).toBeCloseTo(2, 12);
    expect(typical(point('a', 40, 9), point('a', 30, 1))).toBeCloseTo(1, 12);
  });

  test('takes the zone in the middle: one dear zone does not move it', () => {
    expect(typical(point('a', 10, 1), point('b', 10, 2), point('c', 10, 50))).toBe(2);
    expect(typical(point('a', 10, 1), point('b', 10, 2))).toBe(1.5);
  });

  test('is unknown without prices', () => {
    expect(typical()).toBeNull();
  });
});

const hourly = (usdPerHour: number) => ({ usdPerHour, source: 'before', asOf: '2026-01-01' });
const ROW: HostPrice = {
  instanceType: 'g6e.xlarge',
  region: 'us-east-1',
  onDemand: hourly(9),
  spot: hourly(8),
  interruptedPerMonth: { from: 0.05, to: 0.1, source: 'advisor', asOf: '2025-06-28' },
  unknown: {},
};

test('a refresh takes the new prices with their day, and says what is not for sale', async () => {
  const source: HostPriceSource = {
    onDemandUsdPerHour: async (instanceType) => (instanceType === 'g6e.xlarge' ? 1.861 : null),
    spotHistory: async () => [point('a', 3, 0.8)],
  };
  const other: HostPrice = {
    ...ROW,
    instanceType: 'p5e.48xlarge',
    interruptedPerMonth: null,
    unknown: { interruptedPerMonth: 'the source is older than this type' },
  };
  const [first, second] = await refreshedHosts([ROW, other], source, NOW_MS);
  expect(first).toMatchObject({
    onDemand: { usdPerHour: 1.861, asOf: '2026-11-21' },
    spot: { usdPerHour: 0.8, asOf: '2026-11-21' },
    interruptedPerMonth: ROW.interruptedPerMonth,
  });
  expect(first?.unknown).toEqual({});
  expect(second).toMatchObject({ onDemand: null, spot: null });
  expect(second?.unknown).toEqual({
    onDemand: 'not for sale in us-east-1',
    spot: 'no spot price in us-east-1 in 14 days',
    interruptedPerMonth: 'the source is older than this type',
  });
});

/** Answers in turn, and keeps what it was asked. */
function fakeClient(...answers: object[]): { asked: object[]; send: (command: { input: object }) => Promise<never> } {
  const asked: object[] = [];
  return {
    asked,
    send: async (command) => {
      asked.push(command);
      return answers[asked.length - 1] as never;
    },
  };
}

const product = (...prices: string[]): string =>
  JSON.stringify({
    terms: {
      OnDemand: Object.fromEntries(
        prices.map((USD, index) => [
          `sku.${index}`,
          { priceDimensions: { [`sku.${index}.hour`]: { unit: 'Hrs', pricePerUnit: { USD } } } },
        ]),
      ),
    },
  });

describe('the Price List API', () => {
  const priceFrom = async (...PriceList: string[]): Promise<[number | null, object[]]> => {
    const pricing = fakeClient({ PriceList });
    const prices = new AwsHostPrices(pricing as never, () => fakeClient() as never);
    return [await prices.onDemandUsdPerHour('g6e.xlarge', 'eu-central-1'), pricing.asked];
  };

  test('is asked for Linux on shared hosts of the region', async () => {
    const [usd, asked] = await priceFrom(product('1.8610000000'));
    expect(usd).toBe(1.861);
    expect(asked[0]).toBeInstanceOf(GetProductsCommand);
    const { Filters = [] } = (asked[0] as GetProductsCommand).input;
    expect(Filters.map(({ Field, Value }) => `${Field}=${Value}`).sort()).toEqual([
      'capacitystatus=Used',
      'instanceType=g6e.xlarge',
      'marketoption=OnDemand',
      'operatingSystem=Linux',
      'preInstalledSw=NA',
      'regionCode=eu-central-1',
      'tenancy=Shared',
    ]);
  });

  test('what it lists at 0 is no price', async () => {
    expect((await priceFrom(product('0.0000000000', '2.5')))[0]).toBe(2.5);
    expect((await priceFrom(product('0.0000000000')))[0]).toBeNull();
  });

  test('an empty list is a type that is not for sale', async () => {
    expect((await priceFrom())[0]).toBeNull();
  });
});

test('the spot history is read page by page, one client a region', async () => {
  const row = (SpotPrice: string, AvailabilityZone: string) => ({
    InstanceType: 'g6e.xlarge',
    AvailabilityZone,
    SpotPrice,
    Timestamp: new Date(at(1)),
  });
  const ec2 = fakeClient(
    { SpotPriceHistory: [row('0.81', 'us-east-1a')], NextToken: 'more' },
    { SpotPriceHistory: [row('0.79', 'us-east-1b'), {}], NextToken: '' },
  );
  const regions: string[] = [];
  const prices = new AwsHostPrices(fakeClient() as never, (region) => {
    regions.push(region);
    return ec2 as never;
  });
  const points = await prices.spotHistory(['g6e.xlarge'], 'us-east-1', at(14));
  expect(points).toEqual([point('us-east-1a', 1, 0.81), point('us-east-1b', 1, 0.79)]);
  expect(new Set(regions)).toEqual(new Set(['us-east-1']));
  const [first, second] = ec2.asked as DescribeSpotPriceHistoryCommand[];
  expect(first?.input).toMatchObject({ InstanceTypes: ['g6e.xlarge'], ProductDescriptions: ['Linux/UNIX'] });
  expect(first?.input.StartTime?.getTime()).toBe(at(14));
  expect(second?.input.NextToken).toBe('more');
  expect(ec2.asked).toHaveLength(2);
});
