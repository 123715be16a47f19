/** Where a fact of the catalogue comes from. */
export interface Sourced {
  readonly source: string;
  /** Day of the fact, `YYYY-MM-DD`. */
  readonly asOf: string;
}
