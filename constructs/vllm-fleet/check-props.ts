import { type Duration, Token } from 'aws-cdk-lib';
import { instances } from '../../config/catalog';
import { scalingOf } from './fleet-scaling';
import { S3_FOLDER } from './host-role';
import type { VllmFleetProps } from './vllm-fleet-props';

/** An Auto Scaling group takes no more overrides. */
const MOST_INSTANCE_TYPES = 40;

/** Seconds that a lifecycle hook may wait; Auto Scaling refuses others when the stack is deployed. */
const HOOK_SECONDS = { least: 30, most: 7200 };

/** Mistakes in a fleet's properties, each with what to do. */
export function mistakesIn(props: VllmFleetProps, fleetName: string): string[] {
  const scaling = scalingOf(props);
  return [
    ...nameMistakes(props, fleetName),
    ...instanceMistakes(props),
    ...wholeNumbers({
      minReplicas: [scaling.minReplicas, 0],
      maxReplicas: [scaling.maxReplicas, 1],
      idleMinutes: [scaling.idleMinutes, 1],
      onDemandBase: [scaling.onDemandBase, 0],
      extraSpot: [scaling.extraSpot, 0],
      context: [props.context ?? 1, 1],
      concurrency: [props.concurrency ?? 1, 1],
      tensorParallel: [props.tensorParallel ?? 1, 1],
    }),
    ...(scaling.spareAfterInterruption && props.extraSpot !== undefined
      ? ['extraSpot says how many replicas to spare; leave out spareAfterInterruption, or extraSpot']
      : []),
    ...hookTimes({ bootTimeout: props.bootTimeout, drainTimeout: props.drainTimeout }),
    ...[scaling.minReplicas, ...scaling.schedules.map(({ min }) => min)]
      .filter(
        (min) => !Token.isUnresolved(min) && !Token.isUnresolved(scaling.maxReplicas) && min > scaling.maxReplicas,
      )
      .map((min) => `maxReplicas is ${scaling.maxReplicas}, got a minimum of ${min} replicas; raise maxReplicas`),
    ...scaling.reservations
      .filter((id) => !Token.isUnresolved(id) && !/^cr-[0-9a-f]+$/.test(id))
      .map((id) => `reservations expected ids such as cr-0123456789abcdef0, got ${id}`),
    ...Object.entries(props.adapters ?? {})
      .filter(([, uri]) => !S3_FOLDER.test(uri))
      .map(([name, uri]) => `adapter ${name} expected a folder s3://BUCKET/PREFIX/, got ${uri}`),
  ];
}

function nameMistakes({ model, revision, engineDigest }: VllmFleetProps, fleetName: string): string[] {
  const found: string[] = [];
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(fleetName)) {
    found.push(
      `fleetName expected lower-case letters, digits and hyphens, at most 63, got ${fleetName}; give fleetName`,
    );
  }
  if (Token.isUnresolved(model) || !/^[\w.-]+(\/[\w.-]+)?$/.test(model)) {
    found.push(`model expected a name of the hub such as Qwen/Qwen3-8B, got ${model}; a commit goes into revision`);
  }
  if (revision !== undefined && !/^\w[\w.-]*(\/[\w.-]+)*$/.test(revision)) {
    found.push(`revision expected a commit, tag or branch, got ${revision}`);
  }
  if (engineDigest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(engineDigest)) {
    found.push(`engineDigest expected sha256: and 64 hexadecimal digits, got ${engineDigest}`);
  }
  return found;
}

function instanceMistakes({ instanceTypes, tensorParallel = 1 }: VllmFleetProps): string[] {
  const found: string[] = [];
  if (instanceTypes.length < 1 || instanceTypes.length > MOST_INSTANCE_TYPES) {
    found.push(`instanceTypes expected 1 to ${MOST_INSTANCE_TYPES}, got ${instanceTypes.length}`);
  }
  if (new Set(instanceTypes).size < instanceTypes.length)
    found.push(`instanceTypes has one twice: ${instanceTypes.join(', ')}`);
  for (const type of instanceTypes) {
    if (!Token.isUnresolved(type) && !/^[a-z0-9-]+\.[a-z0-9]+$/.test(type)) {
      found.push(`instanceTypes expected names such as g6e.xlarge, got ${type}`);
    }
    const gpus = instances.find(({ instanceType }) => instanceType === type)?.gpuCount;
    if (gpus !== undefined && gpus < tensorParallel) {
      found.push(
        `tensorParallel ${tensorParallel} needs as many GPUs, ${type} has ${gpus}; drop it from instanceTypes`,
      );
    }
  }
  return found;
}

/** Each value with the least it may be. */
const wholeNumbers = (values: Readonly<Record<string, readonly [number, number]>>): string[] =>
  Object.entries(values)
    .filter(([, [value, least]]) => !Token.isUnresolved(value) && (!Number.isInteger(value) || value < least))
    .map(([name, [value, least]]) => `${name} expected a whole number of at least ${least}, got ${value}`);

function hookTimes(values: Readonly<Record<string, Duration | undefined>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined || value.isUnresolved()) return [];
    const seconds = value.toSeconds({ integral: false });
    if (seconds >= HOOK_SECONDS.least && seconds <= HOOK_SECONDS.most) return [];
    return [`${name} expected ${HOOK_SECONDS.least} to ${HOOK_SECONDS.most} seconds, got ${seconds}`];
  });
}
