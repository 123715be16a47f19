/** List prices of tokens fall; what is bought for a year is compared with what tokens cost on average in that year. */
import { MONTHS_PER_YEAR } from './time';

/**
 * Mean of a price over some months, as a factor of today's, when it falls steadily by the same share each year:
 * mean over t in [0, T] of (1 − fall)^t = ((1 − fall)^T − 1) / (T × ln(1 − fall)), T in years.
 *
 * @param fallPerYear 0 to 1; 0.5 says that in a year the price is half
 */
export function meanPriceFactor(fallPerYear: number, months: number): number {
  const years = months / MONTHS_PER_YEAR;
  if (fallPerYear === 1) return years === 0 ? 1 : 0;
  const exponent = Math.log1p(-fallPerYear) * years;
  return exponent === 0 ? 1 : Math.expm1(exponent) / exponent;
}
