/**
 * An international bank account number: country code, two check digits and the country's own length, in groups or not,
 * whose remainder by 97 is 1.
 */
export function hasIban(text: string): boolean {
  if (text.length < 15 || !BEGINNING.test(text)) return false;
  for (const [, candidate] of text.matchAll(CANDIDATE)) {
    if (candidate !== undefined && isIban(candidate.toUpperCase().split(/[ -]/))) return true;
  }
  return false;
}

const BEGINNING = /[A-Za-z]{2}\d\d/;
/** A look-ahead, since one candidate may begin inside another: `am 12 DE89 …`. */
const CANDIDATE = /(?<![A-Za-z0-9])(?=([A-Za-z]{2}\d\d(?:[ -]?[A-Za-z0-9]){11,30}))/g;

/** What follows in the text may have joined the candidate: the number ends with a group, at its country's length. */
function isIban(groups: readonly string[]): boolean {
  const length = LENGTHS.get(groups[0]?.slice(0, 2) ?? '') ?? 0;
  let number = '';
  for (const group of groups) {
    number += group;
    if (number.length >= length) break;
  }
  // Words pass the remainder one time in 97; every country's numbers have eight digits and more.
  return number.length === length && number.replace(/[A-Z]/g, '').length >= 10 && remainderBy97(number) === 1;
}

/** ISO 13616: the first four characters go last, letters count from A = 10. */
function remainderBy97(number: string): number {
  let remainder = 0;
  for (const character of number.slice(4) + number.slice(0, 4)) {
    const value = parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder;
}

/** Length by country. Source: SWIFT IBAN registry, release 99. */
const LENGTHS = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 ' +
    'FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 ' +
    'LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 ' +
    'RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))] as const),
);
