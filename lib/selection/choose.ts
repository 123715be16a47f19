/**
 * What a fleet runs on: number format, GPUs per replica and interchangeable instance types, from the committed catalogue.
 *
 * Memory that a replica needs = weights + KV cache of all its sequences at full context. Formulas: weights are parameters
 * × bytes of the format; KV cache is bytes per token × context × concurrency at 16 bits.
 */
import * as catalog from '../../config/catalog';
import type { FleetAsked, FleetChoice } from '../../config/lock';

export type Choosing =
  | { readonly choice: FleetChoice }
  /** Why there is none, and what to do. */
  | { readonly problem: string };

/** Bytes of a parameter, with scales. */
const BYTES_PER_PARAMETER: Readonly<Record<string, number>> = { bf16: 2, fp8: 1, mxfp4: 0.53125 };
/** vLLM's default share of a GPU that it takes. */
const GPU_SHARE = 0.9;
/** Activations, CUDA graphs and libraries on each GPU. */
const RESERVED_MIB_EACH = 1_536;
const FP8_COMPUTE_CAPABILITY = 8.9;
/** Spot pools of which at least so many are wanted: those of one type and zone are lost together. */
const POOLS_WANTED = 3;
const MIB = 1024 * 1024;

export function choose(asked: FleetAsked): Choosing {
  const [id = '', revision = null] = asked.model.split('@');
  const { quantization, instances } = asked;
  if (instances !== 'auto') {
    const gpus = instances.map((type) => rowOf(type)?.gpuCount ?? null);
    const tensorParallel = gpus[0] ?? 1;
    if (gpus.some((count) => count !== gpus[0])) {
      return {
        problem: `instances ${instances.join(', ')} have ${gpus.map((count) => count ?? '?').join(', ')} GPUs; one replica takes a whole host, so name types with the same number of GPUs`,
      };
    }
    return {
      choice: { revision, quantization: quantization ?? 'bf16', tensorParallel, instanceTypes: [...instances] },
    };
  }
  const model = catalog.models.find((row) => row.id === id);
  if (model === undefined || model.attentionHeads === null || model.kvBytesPerTokenBf16 === null) {
    return { problem: `the catalogue does not know the size of ${id}; list instance types under \`instances\`` };
  }
  if (formatsOf(model, quantization).length === 0) {
    return {
      problem: `the size of weights at \`${quantization}\` is not known (known: ${Object.keys(BYTES_PER_PARAMETER).join(', ')}); list instance types under \`instances\``,
    };
  }
  const options = formatsOf(model, quantization).flatMap((format) => optionsOf(model, asked, format, revision));
  const best = options.toSorted((a, b) => Number(a.few) - Number(b.few) || a.usdPerHour - b.usdPerHour)[0];
  if (best === undefined) {
    const needGiB = Math.ceil(Math.min(...formatsOf(model, quantization).map((f) => needMiB(model, asked, f))) / 1024);
    return {
      problem: `no instance type in the catalogue holds ${id} with ${asked.concurrency} sequences of ${asked.context} tokens (about ${needGiB} GiB); lower \`concurrency\` or \`context\`, or take a smaller model`,
    };
  }
  return { choice: best.choice };
}

interface Option {
  readonly choice: FleetChoice;
  readonly usdPerHour: number;
  /** Fewer pools than wanted. */
  readonly few: boolean;
}

function optionsOf(model: catalog.CatalogModel, asked: FleetAsked, format: string, revision: string | null): Option[] {
  return [1, 2, 4, 8].flatMap((gpuCount) => {
    if ((model.attentionHeads ?? 0) % gpuCount !== 0) return [];
    const fitting = catalog.instances
      .filter(
        (row) => row.gpuCount === gpuCount && runs(row, format) && usableMiB(row) >= needMiB(model, asked, format),
      )
      .toSorted((a, b) => a.onDemandUsdPerHour - b.onDemandUsdPerHour);
    const [cheapest] = fitting;
    if (cheapest === undefined) return [];
    const instanceTypes = fitting.slice(0, MOST_POOLS).map(({ instanceType }) => instanceType);
    return [
      {
        choice: { revision, quantization: format, tensorParallel: gpuCount, instanceTypes },
        usdPerHour: cheapest.onDemandUsdPerHour,
        few: fitting.length < POOLS_WANTED,
      },
    ];
  });
}

const MOST_POOLS = 6;

/** Formats worth trying, the most exact first. Weights published at 4 bits run as they are. */
function formatsOf(model: catalog.CatalogModel, wanted: string | null): readonly string[] {
  if (wanted !== null) return wanted in BYTES_PER_PARAMETER ? [wanted] : [];
  return model.weightFormat === 'mxfp4' ? ['mxfp4'] : ['bf16', 'fp8'];
}

const runs = (row: catalog.CatalogInstance, format: string): boolean =>
  format !== 'fp8' || row.gpuComputeCapability >= FP8_COMPUTE_CAPABILITY;

const usableMiB = (row: catalog.CatalogInstance): number =>
  row.gpuCount * (row.gpuMemoryMiBEach * GPU_SHARE - RESERVED_MIB_EACH);

function needMiB(model: catalog.CatalogModel, asked: FleetAsked, format: string): number {
  const weights = model.paramsBillion * 1e9 * (BYTES_PER_PARAMETER[format] ?? Infinity);
  return (weights + (model.kvBytesPerTokenBf16 ?? Infinity) * asked.context * asked.concurrency) / MIB;
}

const rowOf = (type: string): catalog.CatalogInstance | undefined =>
  catalog.instances.find(({ instanceType }) => instanceType === type);
