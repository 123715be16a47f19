/** Lines of JSON for the journal. Nothing that a caller sent is ever in them. */

export type Log = (event: string, details?: Readonly<Record<string, unknown>>) => void;

export const jsonLog =
  (write: (line: string) => void, nowMs: () => number): Log =>
  (event, details = {}) =>
    write(`${JSON.stringify({ time: new Date(nowMs()).toISOString(), event, ...details })}\n`);

export interface Troubles {
  /** Says it once, however often it comes again. */
  seen(what: string, error: unknown): void;
  gone(what: string): void;
}

/** What goes wrong every two seconds is told when it begins, when it changes and when it ends. */
export function troubles(log: Log): Troubles {
  const current = new Map<string, string>();
  return {
    seen: (what, error) => {
      const message = error instanceof Error ? error.message : String(error);
      if (current.get(what) === message) return;
      current.set(what, message);
      log('trouble', { what, message });
    },
    gone: (what) => {
      if (current.delete(what)) log('trouble over', { what });
    },
  };
}
