/** Rows of the catalogue by name, and shapes that are not in it. */
import { type CatalogInstance, type CatalogModel, checkpoints, instances, models } from '../../config/catalog';
import type { Architecture } from '../../config/catalog/architecture';
import { BF16, formatOf, type WeightFormat } from '../../lib/sizing/formats';
import { sizedFromCatalog, type SizedModel } from '../../lib/sizing/model';

export const LLAMA_8B = 'meta-llama/Llama-3.1-8B-Instruct';

export function row(id: string): CatalogModel {
  const found = models.find((model) => model.id === id);
  if (found === undefined) throw new Error(`no model ${id}`);
  return found;
}

export function sized(id: string): SizedModel {
  const model = sizedFromCatalog(row(id));
  if (model === null) throw new Error(`no size of ${id}`);
  return model;
}

export function instance(type: string): CatalogInstance {
  const found = instances.find(({ instanceType }) => instanceType === type);
  if (found === undefined) throw new Error(`no instance type ${type}`);
  return found;
}

export function checkpoint(repository: string): WeightFormat {
  const found = checkpoints.find((one) => one.repository === repository);
  if (found === undefined) throw new Error(`no checkpoint ${repository}`);
  return formatOf(found);
}

/** What a row is published in. */
export const published = ({ id, weightFormat }: CatalogModel): WeightFormat =>
  weightFormat === 'bf16' ? BF16 : checkpoint(id);

/** All rows whose size is known. */
export const SIZED = models.flatMap((model) => {
  const size = sizedFromCatalog(model);
  return size === null ? [] : [{ model, size }];
});

export const LLAMA_2_7B: Architecture = {
  layers: 32,
  hiddenSize: 4096,
  vocabSize: 32_000,
  tiedEmbeddings: false,
  attentionHeads: 32,
  kvHeads: 32,
  headDim: 128,
  intermediateSize: 11_008,
};

export const ONE_GPU = { tensorParallel: 1, pipelineParallel: 1 };
export const GIB = 1024 ** 3;
