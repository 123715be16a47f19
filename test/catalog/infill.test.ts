/** Templates to fill in the middle belong to models of the catalogue and have a place for both sides. */
import { infillOf, infills, models } from '../../config/catalog';

test.each(infills.map((row) => [row.template, row] as const))('%s', (template, row) => {
  expect(template.split('{prefix}')).toHaveLength(2);
  expect(template.split('{suffix}')).toHaveLength(2);
  expect(row.source.length).toBeGreaterThan(10);
  expect(Date.parse(row.asOf)).not.toBeNaN();
  const known = models.filter(({ kind }) => kind === 'chat').map(({ id }) => id);
  expect(row.models.filter((id) => !known.includes(id))).toEqual([]);
});

test('no model has two', () => {
  const named = infills.flatMap((row) => row.models);
  expect(new Set(named).size).toBe(named.length);
  expect(infillOf('Qwen/Qwen2.5-Coder-7B-Instruct')).toContain('<|fim_middle|>');
  expect(infillOf('meta-llama/Llama-3.1-8B-Instruct')).toBeNull();
});
