/** Where the pre-bundled functions are: made by `npm run build`, shipped in the package. */
import { existsSync } from 'node:fs';
import * as path from 'node:path';

/** The compiled constructs lie in `dist/constructs` or `dist/bin`, their sources in `constructs`. */
const PLACES = [path.join(__dirname, '../assets'), path.join(__dirname, '../dist/assets')];

/** Folder of a pre-bundled function, with its `index.js`. */
export function bundledAsset(name: string): string {
  const found = PLACES.map((place) => path.join(place, name)).find((folder) =>
    existsSync(path.join(folder, 'index.js')),
  );
  if (found === undefined) {
    throw new Error(
      `the bundle of ${name} is missing: expected ${path.join(PLACES[1] ?? '', name, 'index.js')}; run \`npm run build\``,
    );
  }
  return found;
}
