/** A streamed answer through the hub: one protocol's reader, another's writer, and between them hub events only. */
import type { RouterError } from '../policy/errors';
import type { StreamReader, StreamStep, UpstreamFault } from './dialect';
import type { HubEvent, HubUsage } from './hub';
import { truncatedFault } from './upstream-fault';

/** Reads a target's stream into hub events. */
export interface HubStreamReader {
  read(event: string | undefined, data: string): HubStep;
  /** The upstream closed before the reader said `ended`. Absent: then the stream is truncated. */
  close?(): HubStep;
}

export interface HubStep {
  readonly events: readonly HubEvent[];
  readonly fault?: UpstreamFault;
  /** The end was announced; a `finish` event has been given. */
  readonly ended?: boolean;
}

/** Writes hub events in the caller's protocol. */
export interface HubStreamWriter {
  /** Server-sent events, complete with their blank lines; may be empty. */
  write(event: HubEvent): string;
  /** What follows the last event of a whole answer. */
  end(): string;
  /** The event that ends a broken answer. @default - one that does not depend on what was written before */
  error?(error: RouterError): string;
}

/** `change`: what happens to each event on its way. @default - nothing */
export function hubStream(
  reader: HubStreamReader,
  writer: HubStreamWriter,
  change?: (event: HubEvent) => HubEvent,
): StreamReader {
  const written = (step: HubStep): StreamStep => {
    let out = '';
    for (const one of step.events) out += writer.write(change?.(one) ?? one);
    if (step.ended === true) out += writer.end();
    return {
      out,
      ...told(step.events),
      ...(step.fault && { fault: step.fault }),
      ...(step.ended && { ended: true }),
    };
  };
  return {
    read: (event, data) => written(reader.read(event, data)),
    close: () => written(reader.close?.() ?? { events: [], fault: truncatedFault() }),
    ...(writer.error && { error: (error: RouterError) => writer.error?.(error) ?? '' }),
  };
}

/** What the router must know of the events: usage, finish, and whether the answer has begun. */
function told(events: readonly HubEvent[]): Pick<StreamStep, 'usage' | 'finish' | 'content'> {
  let usage: HubUsage | undefined;
  let finish: string | undefined;
  let content = false;
  for (const event of events) {
    if (event.kind === 'usage') usage = event.usage;
    else if (event.kind === 'finish') finish = event.finish;
    else if (event.kind !== 'start') content = true;
  }
  return { ...(usage && { usage }), ...(finish && { finish }), ...(content && { content }) };
}
