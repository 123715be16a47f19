/** A replica's row as an item of the fleet table: every field under its own name. */
import { type Item, flag, flagIn, number, numberIn, text, textIn } from './attributes';
import { BOOT_MARKS, type BootTimeline, type FleetReplicaRow, REPLICA_PREFIX, REPLICA_STATES } from './fleet-row';
import { FLEET_TABLE_KEY } from './key-schemas';

export function fleetItem(row: FleetReplicaRow): Item {
  return {
    [FLEET_TABLE_KEY.partition]: text(row.fleet),
    [FLEET_TABLE_KEY.sort]: text(row.id),
    state: text(row.state),
    url: text(row.url),
    certificateSha256: text(row.certificateSha256),
    heartbeatMs: number(row.heartbeatMs),
    sequence: number(row.sequence),
    running: number(row.running),
    waiting: number(row.waiting),
    kvUse: number(row.kvUse),
    detail: text(row.detail),
    ...(row.open !== undefined && { open: flag(row.open) }),
    ...(row.atRisk !== undefined && { atRisk: flag(row.atRisk) }),
    ...(row.templateVersion !== undefined && { templateVersion: text(row.templateVersion) }),
    ...(row.timeline !== undefined && marksOf(row.timeline)),
    ...(row.engineFailures !== undefined && { engineFailures: number(row.engineFailures) }),
  };
}

/** Marks that are not reached yet have no attribute. */
const marksOf = (timeline: BootTimeline): Item =>
  Object.fromEntries(
    BOOT_MARKS.flatMap((mark) => {
      const atMs = timeline[mark];
      return atMs === null ? [] : [[mark, number(atMs)]];
    }),
  );

/** `null`: no row of a replica, or one without state or heartbeat. A host that boots has no address yet. */
export function readFleetItem(item: Item): FleetReplicaRow | null {
  const fleet = textIn(item, FLEET_TABLE_KEY.partition);
  const id = textIn(item, FLEET_TABLE_KEY.sort);
  const state = REPLICA_STATES.find((one) => one === textIn(item, 'state'));
  const heartbeatMs = numberIn(item, 'heartbeatMs');
  const sequence = numberIn(item, 'sequence');
  if (fleet === undefined || id?.startsWith(REPLICA_PREFIX) !== true) return null;
  if (state === undefined || heartbeatMs === undefined || sequence === undefined) return null;
  return {
    fleet,
    id,
    state,
    url: textIn(item, 'url') ?? '',
    certificateSha256: textIn(item, 'certificateSha256') ?? '',
    heartbeatMs,
    sequence,
    running: numberIn(item, 'running') ?? 0,
    waiting: numberIn(item, 'waiting') ?? 0,
    kvUse: numberIn(item, 'kvUse') ?? 0,
    detail: textIn(item, 'detail') ?? '',
    ...optional('open', flagIn(item, 'open')),
    ...optional('atRisk', flagIn(item, 'atRisk')),
    ...optional('templateVersion', textIn(item, 'templateVersion')),
    ...optional('timeline', timelineIn(item)),
    ...optional('engineFailures', numberIn(item, 'engineFailures')),
  };
}

const optional = <Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: Value };

/** `undefined`: it has none of the marks. */
function timelineIn(item: Item): BootTimeline | undefined {
  const marks = BOOT_MARKS.map((mark) => [mark, numberIn(item, mark) ?? null] as const);
  return marks.every(([, atMs]) => atMs === null)
    ? undefined
    : (Object.fromEntries(marks) as { readonly [K in keyof BootTimeline]: number | null });
}
