import * as path from 'node:path';

export const ROOT = path.resolve(__dirname, '../../..');

/** Beside the packages it is no part of: what it brings along is neither checked nor shipped. */
export const BROWSER_FOLDER = path.join(ROOT, 'node_modules/.cache/pages-suite');

/** A file that says why no browser runs here; not there if one does. */
export const BROWSER_MISSING = path.join(BROWSER_FOLDER, 'why-not');

export const pictureOf = (width: number): string => path.join(ROOT, `docs/img/plan-${width}.png`);
