/** A command as an item of the fleet table: every field under its own name. */
import { KILL_STAGES } from '../../config/vocabulary';
import { type Item, number, numberIn, text, textIn } from './attributes';
import { COMMAND_PREFIX, type CommandRow, FLEET_COMMANDS } from './command-row';
import { FLEET_TABLE_KEY } from './key-schemas';

export const commandItem = (row: CommandRow): Item => ({
  [FLEET_TABLE_KEY.partition]: text(row.fleet),
  [FLEET_TABLE_KEY.sort]: text(row.id),
  command: text(row.command),
  stage: text(row.stage),
  givenMs: number(row.givenMs),
  ...(row.instance !== undefined && { instance: text(row.instance) }),
});

/** `null`: no command, or one that is not known here. */
export function readCommandItem(item: Item): CommandRow | null {
  const fleet = textIn(item, FLEET_TABLE_KEY.partition);
  const id = textIn(item, FLEET_TABLE_KEY.sort);
  const command = FLEET_COMMANDS.find((one) => one === textIn(item, 'command'));
  const stage = ([...KILL_STAGES, 'none'] as const).find((one) => one === textIn(item, 'stage')) ?? 'none';
  const givenMs = numberIn(item, 'givenMs');
  const instance = textIn(item, 'instance');
  if (fleet === undefined || id?.startsWith(COMMAND_PREFIX) !== true) return null;
  if (command === undefined || givenMs === undefined) return null;
  return { fleet, id, command, stage, givenMs, ...(instance !== undefined && { instance }) };
}
