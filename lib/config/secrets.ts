/** Keeps keys and passwords out of findings: people paste them into configs, and findings end up in CI logs. */
import type { Path } from './findings';
import { listed } from './words';

export const NOT_SHOWN = '(not shown: it may be a secret)';

/** Beginnings of the keys of providers, clouds and forges, and of ours. */
const KEY_PREFIX =
  /(?<![A-Za-z0-9])(sk[-_]|rk_|AIza|AQ\.|AKIA|ASIA|ABSK|bedrock-api-key-|gh[oprsu]_|github_pat_|glpat-|xox[abp]-|xai-|gsk_|hf_|hk_|r8_|pplx-|ya29\.|eyJ)[A-Za-z0-9+/=_.-]{8,}/;

/** Whether a key of a known maker stands in the text. */
export const beginsLikeKey = (text: string): boolean => KEY_PREFIX.test(text) || text.includes('-----BEGIN');

/** Whether the text has the look of a real key: a known beginning, or a long random run. */
export function looksLikeKey(text: string): boolean {
  if (beginsLikeKey(text)) return true;
  return (text.match(/[A-Za-z0-9]{20,}/g) ?? []).some((run) => letterDigitChanges(run) >= 3);
}

/** Random text goes back and forth between letters and digits; names hardly do. */
function letterDigitChanges(run: string): number {
  return (run.match(/[0-9](?=[A-Za-z])|[A-Za-z](?=[0-9])/g) ?? []).length;
}

/** Whether what stands at this path is secret by its key, whatever it looks like. `maxTokens` is not. */
export function isSecretPath(path: Path): boolean {
  const key = path.findLast((part) => typeof part === 'string') ?? '';
  return /(^|[^a-z])(secret|password|passphrase|credential|authorization|token|api_?key|key)s?$/i.test(key)
    ? true
    : /[a-z](Secret|Password|Passphrase|Credentials?|Token|Key)$/.test(key);
}

/** Text with everything taken out that looks like a key, and the user, password and query of every address. */
export function redact(text: string): string {
  return text
    .replace(/:\/\/[^"\n]*@/g, '://…@')
    .replace(/[^\s"/:]+:(?!\/\/)[^\s"]*@/g, '…@')
    .replace(/(:\/\/[^\s?"]*)\?[^\s"]*/g, '$1?…')
    .replace(/[A-Za-z0-9+/=_.-]{11,}/g, (run) => (looksLikeKey(run) ? '(not shown)' : run));
}

const LONGEST_SHOWN = 60;

/** A value as a finding shows it: short, and nothing of it where it may be a secret. */
export function shown(value: unknown, path: Path): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'an empty value';
  if (isSecretPath(path)) return NOT_SHOWN;
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'string') return looksLikeKey(value) ? NOT_SHOWN : JSON.stringify(shortened(redact(value)));
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const keys = Object.keys(value);
  return keys.length === 0 ? 'an empty mapping' : `a mapping of ${listed(keys.map(shortened))}`;
}

const shortened = (text: string): string => (text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text);
