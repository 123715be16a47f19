/**
 * Each document of a request has a name of its own, of few characters.
 *
 * Source: Bedrock API reference, "DocumentBlock".
 */
const NOT_IN_NAMES = /[^a-zA-Z0-9\s()[\]-]+/g;
/** Of 200; what makes it unique comes on top. */
const MOST_CHARACTERS = 190;

export class DocumentNames {
  private readonly used = new Set<string>();

  /** `given`: the caller's name of the file; `null`: none. */
  next(given: string | null): string {
    // The format says what the end of the name would.
    const plain = (given ?? '')
      .replace(/\.\w{1,5}$/, '')
      .replace(NOT_IN_NAMES, ' ')
      .replace(/\s+/g, ' ');
    const base = plain.trim().slice(0, MOST_CHARACTERS).trim() || 'document';
    let own = base;
    for (let copy = 2; this.used.has(own); copy += 1) own = `${base} ${copy}`;
    this.used.add(own);
    return own;
  }
}
