/** A table in a box of its own, which scrolls where the page is too narrow for it. */
import { type Html, type Piece, html } from './html';

export interface Column {
  readonly head: Piece;
  /** Numbers: to the right, digits under digits. */
  readonly isNumber?: boolean;
}

/** @param rows the first cell of each names its row */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Piece[])[],
  { foot, kind = '' }: { readonly foot?: readonly Piece[]; readonly kind?: string } = {},
): Html {
  const classOf = (index: number): Html | null => (columns[index]?.isNumber === true ? html` class="number"` : null);
  const line = (cells: readonly Piece[]): Html =>
    html`<tr>
      ${cells.map((cell, index) =>
        index === 0 ? html`<th scope="row" ${classOf(index)}>${cell}</th>` : html`<td${classOf(index)}>${cell}</td>`,
      )}
    </tr>`;
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
    <table class="${kind}">
      <caption class="unseen">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map(({ head }, index) => html`<th scope="col" ${classOf(index)}>${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(line)}
      </tbody>
      ${
        foot !== undefined &&
        html`<tfoot>
          ${line(foot)}
        </tfoot>`
      }
    </table>
  </div>`;
}
