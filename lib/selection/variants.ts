/** In which number formats a fleet's weights and cache may be held. */
import { groupBy } from '../group-by';
import { checkpoints } from '../../config/catalog';
import type { FleetAsked } from '../../config/lock';
import { BF16, BITS, type FormatName, ONLINE_FP8, type WeightFormat, formatOf } from '../sizing/formats';
import type { KvFormat } from '../sizing/kv-cache';
import type { ModelFacts } from './model-facts';

export interface Variant {
  /** Repository whose weights are loaded. */
  readonly repository: string;
  /** The engine makes the format while it loads. */
  readonly online: boolean;
  readonly format: WeightFormat;
  readonly kvFormat: KvFormat;
}

/** Bits that `quality: high` asks for. What a publisher trained in fewer counts as high, since there is nothing better. */
const HIGH_BITS = 8;

const checkpointsOf = groupBy(checkpoints, ({ model }) => model);

/** Wider weights first. */
export function variantsOf(facts: ModelFacts, asked: FleetAsked): readonly Variant[] {
  const kvFormats: readonly KvFormat[] = asked.quality === 'economy' ? ['auto', 'fp8'] : ['auto'];
  return (
    weightsOf(facts)
      // Vectors of weights that were rounded are others than those that an index holds.
      .filter(
        ({ online }) => !online || asked.kind === 'chat' || asked.quality === 'economy' || asked.quantization !== null,
      )
      .filter(({ format }) => isAllowed(format.name, facts, asked))
      .toSorted((a, b) => BITS[b.format.name] - BITS[a.format.name])
      .flatMap((weights) => kvFormats.map((kvFormat) => ({ ...weights, kvFormat })))
  );
}

/** Formats that there are weights in, for a message. */
export const formatsKnown = (facts: ModelFacts): readonly FormatName[] => [
  ...new Set(weightsOf(facts).map(({ format }) => format.name)),
];

function weightsOf({ id, publishedFormat }: ModelFacts): Omit<Variant, 'kvFormat'>[] {
  const published = (checkpointsOf.get(id) ?? []).map((row) => ({
    repository: row.repository,
    online: false,
    format: formatOf(row),
  }));
  if (publishedFormat !== 'bf16') return published;
  const asTrained = { repository: id, online: false, format: BF16 };
  // Calibrated weights are better than those that the engine rounds by itself.
  const hasFp8 = published.some(({ format }) => format.name === 'fp8');
  return [asTrained, ...published, ...(hasFp8 ? [] : [{ repository: id, online: true, format: ONLINE_FP8 }])];
}

function isAllowed(name: FormatName, facts: ModelFacts, { quantization, quality }: FleetAsked): boolean {
  if (quantization !== null) return name === quantization;
  return quality === 'economy' || BITS[name] >= HIGH_BITS || name === facts.publishedFormat;
}
