/** One spelling for what looks the same, so that detectors need not know the ways to write a digit or a hyphen. */

/** A plain text is the rule, and this is the hot path of every request: one scan, and it is returned as it is. */
const UNUSUAL = /[^\t\n\r\x20-\x24\x26-\x5b\x5d-\x7e]/;

/**
 * NFKC, without characters that nobody sees, digits of every script as 0–9, dashes as `-`. Where escapes of JSON or of
 * URLs were decoded, both readings follow each other: `C:\new` and `5%41…` may be meant as they stand.
 */
export function normalise(text: string): string {
  if (!UNUSUAL.test(text)) return text;
  const decoded = decodeEscapes(text);
  return decoded === text ? fold(text) : `${fold(text)}\n${fold(decoded)}`;
}

/** The spelling alone, nothing decoded. */
export function fold(text: string): string {
  if (!NOT_PLAIN_ASCII.test(text)) return text;
  return text.replace(INVISIBLE, '').normalize('NFKC').replace(OTHER_DIGIT, asciiDigit).replace(DASH, '-');
}

const NOT_PLAIN_ASCII = /[^\t\n\r -~]/;
/** Zero-width characters, soft hyphens, direction marks and variation selectors; NUL is half of each UTF-16 letter. */
const INVISIBLE = /[\0\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;
const DASH = /[\p{Pd}\u2212]/gu;
const OTHER_DIGIT = /(?![0-9])\p{Nd}/gu;
const DECIMAL_DIGIT = /\p{Nd}/u;

/** Unicode gives every script its ten digits in a row from zero, and rows that touch are whole rows. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let first = code;
  while (DECIMAL_DIGIT.test(String.fromCodePoint(first - 1))) first--;
  return String((code - first) % 10);
}

function decodeEscapes(text: string): string {
  const unescaped = text.includes('\\') ? text.replace(JSON_ESCAPE, jsonEscape) : text;
  return unescaped.includes('%') ? unescaped.replace(PERCENT_ESCAPES, percentEscapes) : unescaped;
}

/** JSON inside JSON doubles its backslashes, so a run of them is one. */
const JSON_ESCAPE = /\\+(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))/g;
const PERCENT_ESCAPES = /(?:%[0-9a-fA-F]{2})+/g;

function jsonEscape(_escape: string, hex: string | undefined, letter: string | undefined): string {
  if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
  if (letter === 'n' || letter === 'r') return '\n';
  return letter === '"' || letter === '\\' || letter === '/' ? letter : ' ';
}

function percentEscapes(escapes: string): string {
  try {
    return decodeURIComponent(escapes);
  } catch {
    // Not UTF-8: an older encoding, whose ASCII is the same.
    return escapes.replace(/%([0-7][0-9a-fA-F])/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  }
}
