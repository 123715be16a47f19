/** Every row of the catalogue has the shape its type says, where it is from and since when, and names only rows that exist. */
import { z } from 'zod';
import {
  checkpoints,
  gpus,
  instances,
  licences,
  models,
  unknownInstances,
  type CatalogInstance,
  type CatalogModel,
} from '../../config/catalog';
import checkpointRows from '../../config/catalog/checkpoints.json';
import gpuRows from '../../config/catalog/gpus.json';
import instanceRows from '../../config/catalog/instances.json';
import licenceRows from '../../config/catalog/licences.json';
import modelRows from '../../config/catalog/models.json';
import { readArchitecture } from '../../lib/sizing/read-architecture';
import { sharedInstances, sharedModels, testWithSharedData } from '../sizing/shared-data';

const sourced = { source: z.string().min(10), asOf: z.iso.date() };
const count = z.int().min(1);
const positive = z.number().positive();

const model = z.strictObject({
  id: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
  kind: z.enum(['chat', 'embed']),
  paramsBillion: positive.nullable(),
  activeParamsBillion: positive.nullable(),
  maxContextTokens: count.nullable(),
  licence: z.string(),
  openness: z.enum(['weights', 'data', 'full']),
  gated: z.boolean().nullable(),
  reasoning: z.boolean(),
  images: z.boolean(),
  weightFormat: z.enum(['bf16', 'fp8', 'mxfp4']),
  weightFileGiB: positive.nullable(),
  kvBytesPerTokenBf16: z.int().min(0).nullable(),
  attentionHeads: count.nullable(),
  architecture: z.record(z.string(), z.unknown()).nullable(),
  missing: z.array(z.string().min(10)),
  note: z.string().nullable(),
  verified: z.boolean(),
  licenceSource: z.string(),
  ...sourced,
});

const checkpoint = z.strictObject({
  model: z.string(),
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
  format: z.enum(['fp8', 'int8', 'int4', 'nvfp4', 'mxfp4']),
  method: z.enum(['fp8', 'modelopt', 'compressed-tensors', 'awq', 'gptq', 'mxfp4']),
  groupSize: z.literal([16, 32, 128]).nullable(),
  scope: z.enum(['linear', 'experts']),
  note: z.string().nullable(),
  ...sourced,
});

const licence = z.strictObject({
  id: z.string(),
  name: z.string(),
  url: z.url({ protocol: /^https$/ }),
  monthlyActiveUsers: z.strictObject({ above: count, then: z.enum(['ask-licensor', 'show-the-name']) }).nullable(),
  outputsForTraining: z
    .enum(['allowed-if-named', 'forbidden-for-other-models', 'terms-extend-to-trained-models'])
    .nullable(),
  nonProduction: z.boolean(),
  nonCommercial: z.boolean(),
  attribution: z.string().nullable(),
  acceptanceNeeded: z.boolean(),
  useRestrictions: z.boolean(),
  excludedRegions: z.array(z.string()),
  missing: z.array(z.string()),
  verified: z.boolean(),
  ...sourced,
});

const gpu = z.strictObject({
  gpu: z.string(),
  computeCapability: positive,
  driverMemoryMiB: count.nullable(),
  memoryBandwidthGBps: positive,
  denseBf16Tflops: positive.nullable(),
  denseFp8Tflops: positive.nullable(),
  denseFp4Tflops: positive.nullable(),
  linkGBps: positive,
  bandwidthEfficiency: positive.max(1),
  prefillMfu: positive.max(1),
  note: z.string().nullable(),
  ...sourced,
});

const instance = z.strictObject({
  instanceType: z.string().regex(/^[a-z0-9-]+\.[a-z0-9]+$/),
  gpu: z.string(),
  gpuCount: count,
  gpuFraction: positive.max(1),
  gpuMemoryMiBEach: count,
  interconnect: z.enum(['single', 'pcie', 'nvlink']),
  vcpu: count,
  ramGiB: positive,
  arch: z.enum(['amd64', 'arm64']),
  localNvmeGB: z.number().min(0),
  networkGbpsBaseline: positive,
  unfit: z.string().nullable(),
  ...sourced,
});

test.each([
  ['models', model, modelRows.models],
  ['checkpoints', checkpoint, checkpointRows.checkpoints],
  ['licences', licence, licenceRows.licences],
  ['GPUs', gpu, gpuRows.gpus],
  ['instances', instance, instanceRows.instances],
] as const)('%s are of the shape that their type says', (_, schema, rows) => {
  expect(z.array(schema as z.ZodType).safeParse(rows).error).toBeUndefined();
});

test('no two rows have one name', () => {
  const names = [
    models.map(({ id }) => id),
    checkpoints.map(({ repository, model: of }) => `${of} ${repository}`),
    licences.map(({ id }) => id),
    gpus.map((row) => row.gpu),
    [...instances, ...unknownInstances].map(({ instanceType }) => instanceType),
  ];
  for (const list of names) expect(list).toEqual([...new Set(list)]);
});

test('the catalogue is as large as it is said to be', () => {
  expect(models.filter(({ kind }) => kind === 'chat')).toHaveLength(77);
  expect(models.filter(({ kind }) => kind === 'embed').length).toBeGreaterThanOrEqual(6);
  expect(instances.length + unknownInstances.length).toBe(66);
});

test('licences that models name exist, and none is left over', () => {
  expect(licences.map(({ id }) => id).sort()).toEqual([...new Set(models.map((row) => row.licence))].sort());
});

test('models that checkpoints are of exist', () => {
  const ids = new Set(models.map(({ id }) => id));
  expect(checkpoints.filter((row) => !ids.has(row.model))).toEqual([]);
});

test('weights that are not published in bf16 have a checkpoint row of their own', () => {
  const quantized = models.filter(({ weightFormat }) => weightFormat !== 'bf16');
  const without = quantized.filter(
    ({ id, weightFormat }) => !checkpoints.some((row) => row.repository === id && row.format === weightFormat),
  );
  expect(without.map(({ id }) => id)).toEqual([]);
});

test.each([
  ['paramsBillion', 'paramsBillion'],
  ['maxContextTokens', 'maxContextTokens'],
  ['architecture', 'architecture'],
  ['kvBytesPerTokenBf16', 'architecture'],
  ['attentionHeads', 'architecture'],
] as const)('a model without %s says why', (field, named) => {
  const silent = models.filter((row) => row[field] === null && !row.missing.some((why) => why.startsWith(named)));
  expect(silent.map(({ id }) => id)).toEqual([]);
});

test('an architecture with a width that is not known says so', () => {
  const silent = models.filter(({ architecture, missing }) => {
    const read = architecture === null ? null : readArchitecture({ ...architecture });
    return read !== null && 'problem' in read && !missing.some((why) => why.startsWith('architecture'));
  });
  expect(silent.map(({ id }) => id)).toEqual([]);
});

test('heads of the row are those of its architecture', () => {
  const wrong = models.filter(
    ({ architecture, attentionHeads }) => architecture !== null && architecture.attentionHeads !== attentionHeads,
  );
  expect(wrong).toEqual([]);
});

test('a licence that was not read does not pass as free of conditions', () => {
  const silent = licences.filter(
    (row) =>
      !row.verified &&
      row.missing.length === 0 &&
      row.monthlyActiveUsers === null &&
      row.outputsForTraining === null &&
      row.attribution === null &&
      !row.nonProduction &&
      !row.nonCommercial &&
      !row.useRestrictions,
  );
  expect(silent).toEqual([]);
});

test('each instance has its GPU’s facts, and one with several says how they are linked', () => {
  for (const row of instances) {
    expect(row.gpuFacts.gpu).toBe(row.gpu);
    expect(row.gpuComputeCapability).toBe(row.gpuFacts.computeCapability);
    expect(row.interconnect === 'single').toBe(row.gpuCount === 1);
  }
});

test('a share of a GPU is one GPU with its share of memory, and no replica runs on it', () => {
  const shares = instances.filter(({ gpuFraction }) => gpuFraction < 1);
  expect(shares.map(({ instanceType, gpuFraction }) => [instanceType, gpuFraction])).toEqual([
    ['g6f.large', 0.125],
    ['g6f.xlarge', 0.125],
    ['g6f.2xlarge', 0.25],
    ['g6f.4xlarge', 0.5],
    ['gr6f.4xlarge', 0.5],
  ]);
  for (const { gpuFraction, gpuMemoryMiBEach, unfit } of shares) {
    expect(gpuMemoryMiBEach / gpuFraction).toBeCloseTo(22_888, -1);
    expect(unfit).toMatch(/GRID/);
  }
});

// DescribeInstanceTypes (`reference/spot-and-vllm.md` C1), not the marketing figure.
test.each([
  ['g5.xlarge', 22.35],
  ['g6.xlarge', 22.35],
  ['g6e.xlarge', 44.7],
  ['p4d.24xlarge', 40],
  ['p4de.24xlarge', 80],
  ['p5en.48xlarge', 141],
  ['p6-b200.48xlarge', 179.1],
  ['g7e.2xlarge', 96],
])('a GPU of %s has %d GiB', (type, gib) => {
  const row = instances.find(({ instanceType }) => instanceType === type) as CatalogInstance;
  expect(row.gpuMemoryMiBEach / 1024).toBeCloseTo(gib, 1);
});

testWithSharedData('models are those of the shared data', () => {
  const byId = new Map<string, CatalogModel>(models.map((row) => [row.id, row]));
  const wrong = sharedModels().flatMap((shared) => {
    const row = byId.get(shared.hf_id);
    const same =
      row !== undefined &&
      row.verified === (shared.verify !== true) &&
      row.maxContextTokens === shared['max_context'] &&
      row.gated === shared['gated'] &&
      row.attentionHeads === shared['attention_heads'] &&
      (row.architecture === null || row.architecture.layers === shared['layers']);
    return same ? [] : [shared.hf_id];
  });
  expect(wrong).toEqual([]);
});

testWithSharedData('instances are those of the shared data', () => {
  const byType = new Map(instances.map((row) => [row.instanceType, row]));
  const wrong = sharedInstances().flatMap((shared) => {
    const type = shared['instance_type'] as string;
    if (unknownInstances.some(({ instanceType }) => instanceType === type)) return [];
    const row = byType.get(type);
    const same =
      row !== undefined &&
      row.gpuCount * row.gpuFraction === shared['gpu_count'] &&
      row.gpuMemoryMiBEach === shared['gpu_memory_mib_each'] &&
      String(row.gpuComputeCapability.toFixed(1)) === shared['gpu_compute_capability'] &&
      row.vcpu === shared['vcpu'] &&
      row.ramGiB === shared['ram_gib'] &&
      row.localNvmeGB === (shared['local_nvme_gb'] ?? 0) &&
      row.networkGbpsBaseline === shared['network_gbps_baseline'] &&
      (row.interconnect === 'nvlink') === shared['nvlink'];
    return same ? [] : [type];
  });
  expect(wrong).toEqual([]);
});
