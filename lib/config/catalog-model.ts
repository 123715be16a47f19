/** What the catalogue knows of a fleet's model. */
import { type CatalogModel, models } from '../../config/catalog';
import type { Config } from '../../config/schema';

export function catalogModel(fleet: Config['fleets'][string]): CatalogModel | undefined {
  const [id] = (fleet.model ?? '').split('@');
  return models.find((row) => row.id === id);
}
