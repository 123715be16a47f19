/**
 * Whether an event is worth a look. What it says is never acted upon: any may be lost, late or doubled, and a look once a
 * minute sees everything.
 */
import { COMMAND_PREFIX } from '../../lib/tables/command-row';
import { REPLICA_PREFIX } from '../../lib/tables/fleet-row';
import { FLEET_TABLE_KEY } from '../../lib/tables/key-schemas';
import { type Item, numberIn, textIn } from '../../lib/tables/attributes';
import { WAKE_ID } from '../../lib/tables/wake-row';

interface StreamRecord {
  readonly dynamodb?: { readonly Keys?: Item; readonly NewImage?: Item; readonly OldImage?: Item };
}

/** Anything but a stream's batch always is; of a batch: a host's transition, a command, a request that began to wait. */
export function isWorthALook(event: unknown): boolean {
  const records = (event as { readonly Records?: readonly StreamRecord[] } | null)?.Records;
  return !Array.isArray(records) || (records as readonly StreamRecord[]).some(isNews);
}

/** Costs of covered requests are looked at once a minute, or each of them would be a look. */
function isNews({ dynamodb }: StreamRecord): boolean {
  if (dynamodb === undefined) return true;
  const { Keys = {}, NewImage = {}, OldImage = {} } = dynamodb;
  const id = textIn(Keys, FLEET_TABLE_KEY.sort) ?? '';
  if (id === WAKE_ID) {
    const [before, now] = [numberIn(OldImage, 'heldMs') ?? 0, numberIn(NewImage, 'heldMs') ?? 0];
    return now - before >= STILL_WAITING_MS;
  }
  if (id.startsWith(REPLICA_PREFIX)) {
    return ['state', 'atRisk'].some((name) => JSON.stringify(NewImage[name]) !== JSON.stringify(OldImage[name]));
  }
  return id.startsWith(COMMAND_PREFIX);
}

/** Requests that go on waiting write every second. */
const STILL_WAITING_MS = 15_000;
