/** HTML in which text cannot become markup: what `html` is given is escaped, unless `html` made it. */

export class Html {
  constructor(readonly text: string) {}
}

/** `null` and `false` are nothing at all. */
export type Piece = Html | string | number | null | false | readonly Piece[];

/** For text and for attributes in double quotes; nowhere else. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return new Html(parts.map((part, index) => (index === 0 ? part : `${textOf(pieces[index - 1])}${part}`)).join(''));
}

function textOf(piece: Piece | undefined): string {
  if (piece === undefined || piece === null || piece === false) return '';
  if (piece instanceof Html) return piece.text;
  return typeof piece === 'object' ? piece.map(textOf).join('') : escaped(String(piece));
}

/** A name that may go on in the next line after a slash. */
export const breakable = (name: string): Piece =>
  name.split(/(?<=\/)/).map((part, index) => html`${index > 0 && new Html('<wbr>')}${part}`);

/** Text in which backticks mean code. */
export const prose = (text: string): Piece =>
  text.split(/`([^`]+)`/).map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it stands in a page. What no page may hold (control characters, halves of a pair) becomes U+FFFD. */
export function escaped(text: string): string {
  return (
    text
      .toWellFormed()
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd')
      .replace(/[&<>"']/g, (character) => ENTITIES[character] as string)
  );
}
