/** The boot's timeline in a file in memory, so that an agent that is started again goes on with it. */
import { writeFile } from 'node:fs/promises';
import { NO_TIMELINE } from '../../lib/capacity/boot-timeline';
import type { BootTimeline } from '../../lib/tables/fleet-row';
import { contentOf } from './gate-file';

export interface TimelineStore {
  readonly read: () => Promise<BootTimeline>;
  readonly write: (timeline: BootTimeline) => Promise<void>;
}

export const timelineFile = (file: string): TimelineStore => ({
  read: async () => {
    const text = await contentOf(file);
    try {
      return { ...NO_TIMELINE, ...(JSON.parse(text ?? '{}') as Partial<BootTimeline>) };
    } catch {
      // Half written: then its times are lost, and nothing else.
      return NO_TIMELINE;
    }
  },
  write: (timeline) => writeFile(file, JSON.stringify(timeline)),
});
