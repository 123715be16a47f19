/** The AWS side of `HostPriceSource`: the Price List API and EC2's spot price history. */
import { DescribeSpotPriceHistoryCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { GetProductsCommand, type PricingClient } from '@aws-sdk/client-pricing';
import type { HostPriceSource, SpotPoint } from './host-prices';

/** The Price List API answers in a few regions only; its prices are those of all. */
export const PRICE_LIST_REGION = 'us-east-1';

export class AwsHostPrices implements HostPriceSource {
  constructor(
    private readonly pricing: Pick<PricingClient, 'send'>,
    /** One client a region. */
    private readonly ec2: (region: string) => Pick<EC2Client, 'send'>,
  ) {}

  async onDemandUsdPerHour(instanceType: string, region: string): Promise<number | null> {
    const wanted = {
      instanceType,
      regionCode: region,
      operatingSystem: 'Linux',
      tenancy: 'Shared',
      preInstalledSw: 'NA',
      capacitystatus: 'Used',
      marketoption: 'OnDemand',
    };
    const answer = await this.pricing.send(
      new GetProductsCommand({
        ServiceCode: 'AmazonEC2',
        Filters: Object.entries(wanted).map(([Field, Value]) => ({ Type: 'TERM_MATCH', Field, Value })),
      }),
    );
    // The client's types name one that they do not have, so that this is an `any`.
    const products: unknown = answer.PriceList;
    const prices = Array.isArray(products) ? products.map(String).flatMap(onDemandPricesOf) : [];
    return prices.length === 0 ? null : Math.min(...prices);
  }

  async spotHistory(instanceTypes: readonly string[], region: string, sinceMs: number): Promise<readonly SpotPoint[]> {
    const points: SpotPoint[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.ec2(region).send(
        new DescribeSpotPriceHistoryCommand({
          InstanceTypes: [...instanceTypes] as never,
          ProductDescriptions: ['Linux/UNIX'],
          StartTime: new Date(sinceMs),
          NextToken,
        }),
      );
      for (const { InstanceType, AvailabilityZone, SpotPrice, Timestamp } of page.SpotPriceHistory ?? []) {
        const usdPerHour = Number(SpotPrice);
        if (InstanceType === undefined || AvailabilityZone === undefined || Timestamp === undefined) continue;
        if (!Number.isFinite(usdPerHour)) continue;
        points.push({ instanceType: InstanceType, zone: AvailabilityZone, usdPerHour, atMs: Timestamp.getTime() });
      }
      // The last page has an empty token.
      NextToken = page.NextToken || undefined;
    } while (NextToken !== undefined);
    return points;
  }
}

/** `terms.OnDemand.*.priceDimensions.*.pricePerUnit.USD` of a product, by the hour. */
function onDemandPricesOf(product: string): number[] {
  const { terms } = JSON.parse(product) as Product;
  return Object.values(terms?.OnDemand ?? {}).flatMap(({ priceDimensions }) =>
    Object.values(priceDimensions ?? {})
      .filter(({ unit }) => unit === 'Hrs')
      .map(({ pricePerUnit }) => Number(pricePerUnit?.USD))
      // Reserved and unused capacity is listed at 0.
      .filter((usd) => usd > 0),
  );
}

interface Product {
  readonly terms?: {
    readonly OnDemand?: Readonly<Record<string, { readonly priceDimensions?: Readonly<Record<string, Dimension>> }>>;
  };
}

interface Dimension {
  readonly unit?: string;
  readonly pricePerUnit?: { readonly USD?: string };
}
