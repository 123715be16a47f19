/** Whether weights may be copied, by their licence and what the config says of it. */
import type { Config } from '../../config/schema';
import { isLicenceAccepted } from '../../lib/config/licence-acceptance';
import { licenceConflict, licenceOf } from '../../lib/config/licence-conflict';
import { type Weights, labelOf } from './weights';

/** What to write into the config, or another way out; `null`: nothing stands against it. */
export function licenceRefusal({ row, ...weights }: Weights, stated: Config['licences']): string | null {
  // A model that the config describes itself: its licence is for whoever describes it.
  if (row === null) return null;
  const licence = licenceOf(row.licence);
  const name = `${labelOf(weights)} is under the licence ${row.licence}`;
  if (licence !== undefined) {
    const conflict = licenceConflict(licence, stated);
    if (conflict !== null) {
      const { key, stated: says, permits, change } = conflict;
      return `${name}, which permits ${permits}, and \`licences.${key}\` says: ${says}; ${change}, or name the contract with its owner, \`licences.granted: { ${licence.id}: REFERENCE }\``;
    }
  }
  if (isLicenceAccepted(row.licence, stated)) return null;
  const accept = [...stated.accept, row.licence].join(', ');
  return `${name}, which the config does not accept: read ${licence?.url ?? `it at https://huggingface.co/${row.id}`}, then write \`licences: { accept: [${accept}] }\``;
}

/** For whoever is about to accept it. */
export function licenceText({ row, repository }: Weights, stated: Config['licences']): string {
  if (row === null) return `not in the catalogue: read it at https://huggingface.co/${repository}`;
  const licence = licenceOf(row.licence);
  const granted = stated.granted[row.licence];
  const why =
    granted === undefined
      ? stated.accept.includes(row.licence)
        ? 'accepted by the config'
        : 'no conditions'
      : `granted by ${granted}`;
  return `${licence?.name ?? row.licence} (${[why, licence?.url].filter((part) => part !== undefined).join(', ')})`;
}
