/**
 * A telephone number: international with `+` or `tel:`, or national as people set it (`(555) 010-4477`, `555-010-4477`,
 * `030 1234567`, `01 23 45 67 89`).
 */
export function hasPhone(text: string): boolean {
  return text.length >= 8 && NUMBERS.some((number) => number.test(text));
}

/** A run of bare digits is none: it would be every order number. Repetitions are bounded, so time is linear. */
const NUMBERS = [
  /(?<![\d+])\+[1-9](?:[ ()./-]{0,3}\d){7,14}(?!\d)/,
  /\btel:\+?\d(?:[ ()./-]{0,3}\d){5,14}/i,
  // North America: area code and exchange begin with 2–9.
  /(?<![\d.-])(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{4}(?![\d-])/,
  // Elsewhere a trunk zero, 9–12 digits with a gap in them; not a date with its time.
  /(?<![\d.,:/-])(?!\d\d[./-]\d\d[./-]\d{4})(?=\(?0(?:[ ()/.-]{0,3}\d){8,11}(?!\d))\(?0[1-9]\d{0,4}(?:\)| ?[ /.-]) ?\d{2}/,
];
