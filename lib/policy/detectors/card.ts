/**
 * A payment card number: 13–19 digits with single spaces or hyphens between them, of an issuer's range, that pass the
 * Luhn check and are not part of a longer number.
 */
export function hasCard(text: string): boolean {
  if (text.length < 13 || !THIRTEEN_DIGITS.test(text)) return false;
  for (const [run] of text.matchAll(DIGIT_GROUPS)) {
    if (run.length >= 13 && hasCardIn(run.split(/[ -]/))) return true;
  }
  return false;
}

const THIRTEEN_DIGITS = /\d(?:[ -]?\d){12}/;
/** Not the long run of digits behind a decimal point: one in fifty would pass for a card. */
const DIGIT_GROUPS = /(?<!\d)(?!(?<=\d\.)\d{13})\d+(?:[ -]\d+)*/g;

/**
 * What stands before or behind a card (`4111 1111 1111 1111 12/27`) joins its row of groups, so every stretch of groups
 * is tried. Groups under three digits count only as a whole row: in a table of small numbers some stretch always passes.
 */
function hasCardIn(groups: readonly string[]): boolean {
  for (let from = 0; from < groups.length; from++) {
    let digits = '';
    let shortest = Infinity;
    for (let to = from; to < groups.length && digits.length <= 19; to++) {
      const group = groups[to] ?? '';
      digits += group;
      shortest = Math.min(shortest, group.length);
      const wholeRow = from === 0 && to === groups.length - 1;
      if ((shortest >= 3 || wholeRow) && ISSUED.test(digits) && passesLuhn(digits)) return true;
    }
  }
  return false;
}

/** Issuer ranges and lengths under ISO/IEC 7812, as the card networks publish them. */
const ISSUED = new RegExp(
  `^(?:${[
    '(?=.{13}$|.{16}$|.{19}$)4', // Visa
    '(?=.{16}$)(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)', // Mastercard
    '(?=.{15}$)3[47]', // American Express
    '(?=.{14,19}$)3(?:0[0-5]|095|[689])', // Diners Club
    '(?=.{16,19}$)(?:6011|64[4-9]|65)', // Discover
    '(?=.{16,19}$)35(?:2[89]|[3-8])', // JCB
    '(?=.{16,19}$)(?:62|81)', // UnionPay
    '(?=.{13,19}$)(?:5018|5020|5038|5893|6304|6759|676[1-3])', // Maestro
    '(?=.{16,19}$)220[0-4]', // Mir
    '(?=.{16}$)(?:60|82|508)', // RuPay
  ].join('|')})`,
);

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = digits.length - 1, double = false; at >= 0; at--, double = !double) {
    const digit = digits.charCodeAt(at) - 48;
    sum += !double ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}
