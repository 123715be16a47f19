/**
 * Ids of tool calls as Anthropic's clients take them: letters, digits, `_` and `-`. An id that is of these is kept; another
 * one gets a form from which it can be had back, so that a model which makes meaning of its ids finds them as it wrote them.
 */

const TAKEN = /^[a-zA-Z0-9_-]+$/;
/** Nobody else's ids begin so; one that does is written in the form too, so that no two ids become one. */
const MARK = 'toolu_hub_';

export function writeToolId(id: string): string {
  if (TAKEN.test(id) && !id.startsWith(MARK)) return id;
  return MARK + id.replace(/[^a-zA-Z0-9-]/gu, (odd) => `_${odd.codePointAt(0)?.toString(16)}_`);
}

export function readToolId(id: string): string {
  if (!id.startsWith(MARK)) return id;
  return id.slice(MARK.length).replace(/_([0-9a-f]{1,6})_/g, (written, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : written;
  });
}
