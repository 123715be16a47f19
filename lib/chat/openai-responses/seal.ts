/**
 * Sealed thoughts in the place where OpenAI puts its own, so that clients which send an item back as it came send them too.
 * A mark before the seal says whose it is: one of OpenAI's has none, and goes to nobody else.
 */
import type { HubReasoning } from '../hub';

const SIGNED = 'hub-signature:';
const REDACTED = 'hub-redacted:';

/** `null`: thoughts without a seal. */
export function writeSeal({ signature, redacted }: Omit<HubReasoning, 'kind' | 'text'>): string | null {
  if (redacted !== undefined) return REDACTED + redacted;
  return signature === undefined ? null : SIGNED + signature;
}

/** `null`: it is none of these. */
export function readSeal(sealed: unknown): Pick<HubReasoning, 'signature' | 'redacted'> | null {
  if (typeof sealed !== 'string') return null;
  if (sealed.startsWith(REDACTED)) return { redacted: sealed.slice(REDACTED.length) };
  return sealed.startsWith(SIGNED) ? { signature: sealed.slice(SIGNED.length) } : null;
}
