/**
 * What commands make of the controller's memory, in the order in which they were given. One that is followed again, since
 * its row could not be deleted, changes nothing.
 */
import type { CommandRow } from '../tables/command-row';
import type { Memory } from './memory';

export const inOrder = (commands: readonly CommandRow[]): readonly CommandRow[] =>
  commands.toSorted((one, other) => one.givenMs - other.givenMs || (one.id < other.id ? -1 : 1));

export const followCommands = (memory: Memory, commands: readonly CommandRow[]): Memory =>
  inOrder(commands).reduce(follow, memory);

function follow(memory: Memory, { command, stage, instance }: CommandRow): Memory {
  switch (command) {
    case 'drain':
      return instance === undefined
        ? { ...memory, drained: true }
        : { ...memory, letGo: withOne(memory.letGo, instance) };
    case 'retry':
      return { ...memory, drained: false, letGo: [], failedBoots: [], spotShortMs: null };
    case 'stage':
      return { ...memory, stage };
  }
}

const withOne = (ids: readonly string[], id: string): readonly string[] => (ids.includes(id) ? ids : [...ids, id]);
