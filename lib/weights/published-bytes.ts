/** How large the weights of a repository are, before anybody has asked the hub. */
import { type CatalogModel, checkpoints } from '../../config/catalog';
import { BF16, formatOf } from '../sizing/formats';
import { sizedFromCatalog } from '../sizing/model';
import { weightBytes } from '../sizing/weights';

const GIB = 1024 ** 3;

/** Bytes, to plan with: of another checkpoint they are computed from the model's shape. `null`: not known. */
export function publishedBytes(row: CatalogModel, repository: string): number | null {
  if (repository === row.id && row.weightFileGiB !== null) return row.weightFileGiB * GIB;
  const sized = sizedFromCatalog(row);
  if (sized === null) return null;
  const checkpoint = checkpoints.find((one) => one.model === row.id && one.repository === repository);
  if (checkpoint !== undefined) return weightBytes(sized, formatOf(checkpoint));
  return repository === row.id && row.weightFormat === 'bf16' ? weightBytes(sized, BF16) : null;
}
