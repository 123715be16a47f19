/** DynamoDB's own notation of values, as far as the tables use it. */

export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: Item };

export type Item = { readonly [name: string]: AttributeValue };

export const text = (value: string): AttributeValue => ({ S: value });
export const number = (value: number): AttributeValue => ({ N: String(value) });
export const flag = (value: boolean): AttributeValue => ({ BOOL: value });

/** `undefined`: absent, or of another type. */
export function textIn(item: Item, name: string): string | undefined {
  const value = item[name];
  return value !== undefined && 'S' in value ? value.S : undefined;
}

/** `undefined`: absent, of another type, or beyond what a JavaScript number holds. */
export function numberIn(item: Item, name: string): number | undefined {
  const value = item[name];
  const read = value !== undefined && 'N' in value ? Number(value.N) : NaN;
  return Number.isFinite(read) ? read : undefined;
}

/** `undefined`: absent, or of another type. */
export function flagIn(item: Item, name: string): boolean | undefined {
  const value = item[name];
  return value !== undefined && 'BOOL' in value ? value.BOOL : undefined;
}
