/** What is known of the model that a fleet asks for, or why that is not enough to plan with. */
import { type CatalogModel, models } from '../../config/catalog';
import type { FleetAsked } from '../../config/lock';
import { type SizedModel, sizedFromCatalog, sizedModel } from '../sizing/model';
import { readArchitecture } from '../sizing/read-architecture';

export interface ModelFacts {
  /** Repository on the hub, or the fleet's name where the config gives the architecture. */
  readonly id: string;
  readonly revision: string | null;
  readonly sized: SizedModel;
  readonly publishedFormat: CatalogModel['weightFormat'];
  /** `null`: the config gives the architecture. */
  readonly row: CatalogModel | null;
}

const rowOf = new Map(models.map((row) => [row.id, row]));

export function modelFacts(asked: FleetAsked): ModelFacts | { readonly problem: string } {
  const [id = '', revision = null] = asked.model.split('@');
  if (asked.architecture !== null) return givenFacts(id, asked.architecture);
  const row = rowOf.get(id);
  if (row === undefined) {
    return {
      problem: `the catalogue does not know ${id}; take a name from it, or describe the model in \`architecture\``,
    };
  }
  if (!row.verified && !asked.acceptUnverified) {
    return {
      problem: `what the catalogue says of ${id} is not verified (${row.note ?? 'its own configuration was not read'}); set \`acceptUnverified: true\` on the fleet to plan with it, or give its \`architecture\``,
    };
  }
  const sized = sizedFromCatalog(row);
  if (sized === null) {
    return {
      problem: `the catalogue does not know enough of ${id} (${row.missing.join('; ')}); give its \`architecture\``,
    };
  }
  if (row.maxContextTokens !== null && asked.context > row.maxContextTokens) {
    return {
      problem: `\`context: ${asked.context}\` is above what ${id} was trained for; the most is ${row.maxContextTokens}`,
    };
  }
  return { id, revision, sized, publishedFormat: row.weightFormat, row };
}

function givenFacts(id: string, architecture: Readonly<Record<string, unknown>>): ReturnType<typeof modelFacts> {
  const read = readArchitecture(architecture);
  if ('problem' in read) {
    const place = ['architecture', ...read.problem.path.map(String)].join('.');
    return { problem: `\`${place}\`: ${read.problem.message}` };
  }
  const sized = sizedModel(read.architecture);
  if (sized === null) return { problem: '`architecture` lacks widths from which parameters are counted' };
  return { id, revision: null, sized, publishedFormat: 'bf16', row: null };
}
