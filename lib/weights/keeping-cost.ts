/** What weights cost in the account. Bringing them in is free: AWS charges nothing for what comes from the internet. */
import { type AwsPrice, awsPrices } from '../../config/catalog/aws-prices';

const GIB = 1024 ** 3;
/** What one build reaches between the hub and S3. */
const COPY_BYTES_PER_SECOND = 100e6;
/** Until a build runs the mirror. */
const START_SECONDS = 60;

export interface KeepingCost {
  readonly usdPerMonth: number;
  /** Once, for the build that copies them: at most, at the speed that one reaches. */
  readonly copyUsd: number;
  readonly copyMinutes: number;
}

/** Prices are us-east-1's: other regions are somewhat dearer. */
export function keepingCost(bytes: number, prices: readonly AwsPrice[] = awsPrices): KeepingCost {
  const copyMinutes = Math.ceil((START_SECONDS + bytes / COPY_BYTES_PER_SECOND) / 60);
  return {
    usdPerMonth: (bytes / GIB) * priceOf('s3-standard', prices),
    copyUsd: copyMinutes * priceOf('build-minute', prices),
    copyMinutes,
  };
}

function priceOf(id: string, prices: readonly AwsPrice[]): number {
  const price = prices.find((one) => one.id === id);
  if (price === undefined) throw new Error(`the catalogue has no price ${id}`);
  return price.usd;
}
