/** AWS's binary event stream (`application/vnd.amazon.eventstream`), as bytes in and as JSON text out. */
import type { UpstreamFault } from './dialect';
import { type Checksum, FrameError, PRELUDE_BYTES, frameBytes, readFrame } from './event-stream-frame';
import { parseObject } from './json';
import type { EventReader } from './sse';
import { invalidFault, truncatedFault } from './upstream-fault';

export interface EventStreamOptions {
  readonly crc32: Checksum;
  /**
   * Called for each event with its type and its payload. Exceptions and errors have the name `error`, as in other
   * protocols, and the body `{ error: { type, message } }`.
   */
  readonly onEvent: (event: string, data: string) => void;
  /** The bytes are no event stream, or end inside a frame. Called once; nothing is read after it. */
  readonly onFault: (fault: UpstreamFault) => void;
}

/** Holds no more than one frame and what came with its last bytes. */
export function eventStreamReader({ crc32, onEvent, onFault }: EventStreamOptions): EventReader {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let neededBytes = PRELUDE_BYTES;
  let broken = false;

  /** Gives out every frame that is whole. */
  function readHeld(): void {
    let bytes = joined(held, heldBytes);
    for (;;) {
      neededBytes = bytes.length < PRELUDE_BYTES ? PRELUDE_BYTES : frameBytes(bytes, crc32);
      if (bytes.length < neededBytes) break;
      give(readFrame(bytes.subarray(0, neededBytes), crc32), onEvent);
      bytes = bytes.subarray(neededBytes);
    }
    held = [bytes];
    heldBytes = bytes.length;
  }

  return {
    push(bytes) {
      if (broken) return;
      held.push(bytes);
      heldBytes += bytes.length;
      if (heldBytes < neededBytes) return;
      try {
        readHeld();
      } catch (error) {
        if (!(error instanceof FrameError)) throw error;
        broken = true;
        onFault(invalidFault(error.message));
      }
    },
    end() {
      if (broken || heldBytes === 0) return;
      broken = true;
      onFault(truncatedFault());
    },
  };
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  if (pieces.length === 1) return pieces[0] as Uint8Array;
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Source: Smithy, "Amazon Event Stream Specification", which names the headers by the type of the message. */
function give({ headers, payload }: ReturnType<typeof readFrame>, onEvent: EventStreamOptions['onEvent']): void {
  const kind = headers.get(':message-type');
  switch (kind) {
    case 'event':
      return onEvent(headers.get(':event-type') ?? '', payload);
    case 'exception':
      return onEvent('error', errorBody(headers.get(':exception-type'), parseObject(payload)?.['message'] ?? payload));
    case 'error':
      return onEvent('error', errorBody(headers.get(':error-code'), headers.get(':error-message')));
    default:
      throw new FrameError(`a message of the event stream has the type ${kind}`);
  }
}

const errorBody = (type: string | undefined, message: unknown): string =>
  JSON.stringify({ error: { type, message: message || type } });
