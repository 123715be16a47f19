/** Holds the page on residency to the rules. */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { RULES } from '../../lib/proof/rules';

test('docs/residency.md names every rule, and no other', () => {
  const page = readFileSync(path.resolve(__dirname, '../../docs/residency.md'), 'utf8');
  const named = new Set([...page.matchAll(/`(sealed-[a-z-]+|template-shows)`/g)].map(([, name]) => name));
  expect([...named].sort()).toEqual(RULES.map(({ name }) => name).sort());
});
