/** A US social security number: ddd-dd-dddd without the areas, groups and serials that are never given. */
export function hasSsn(text: string): boolean {
  return text.length >= 11 && NUMBER.test(text);
}

const NUMBER = /(?<!\d-?)(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?!-?\d)/;
