import { licences } from '../../config/catalog';
import { configSchema } from '../../config/schema';
import { licenceConflict, licenceOf } from '../../lib/config/licence-conflict';

const stated = (more: object = {}) => configSchema.shape.licences.parse(more);

test.each<[string, object, string | null]>([
  ['apache-2.0', { monthlyActiveUsers: 2e9, trainOnAnswers: true }, null],
  ['llama3.1', {}, null],
  ['llama3.1', { monthlyActiveUsers: 700_000_000 }, null],
  ['llama3.1', { monthlyActiveUsers: 700_000_001 }, 'monthlyActiveUsers'],
  ['llama3.1', { monthlyActiveUsers: 700_000_001, granted: { 'llama3.1': 'META-7' } }, null],
  ['llama3.1', { trainOnAnswers: true }, 'trainOnAnswers'],
  ['mnpl-0.1', {}, 'use'],
  ['mnpl-0.1', { use: 'research' }, null],
  ['qwen-research', {}, 'use'],
  // Above its number it asks for a name on the page, which is no hindrance.
  ['modified-mit', { monthlyActiveUsers: 2e8 }, null],
])('%s with %j: %s', (id, use, key) => {
  const licence = licenceOf(id);
  if (licence === undefined) throw new Error(`no licence ${id}`);
  expect(licenceConflict(licence, stated(use))?.key ?? null).toBe(key);
});

test('every licence permits something', () => {
  const modest = stated({ use: 'research' });
  expect(licences.map((licence) => licenceConflict(licence, modest))).toEqual(licences.map(() => null));
});
