import { outlook } from '../../lib/selection/outlook';
import { chosenOf } from './asked';

test('spot replicas answer the more of the time the more there are', () => {
  const [row] = outlook([['llama', chosenOf({})]]);
  expect(row?.name).toMatch(/^llama: spot replicas answer with 1, 2, 3/);
  expect(row?.value).toMatch(/^99\.\d+ %, over 99\.999 %, over 99\.999 %$/);
  expect(row?.source).toMatch(/\d+ % of hosts interrupted in a month \(20\d\d-\d\d-\d\d\)/);
});

test('on demand nothing is said of interruptions, and the router is the same', () => {
  const rows = outlook([['llama', chosenOf({ spot: false })]]);
  expect(rows.map(({ name }) => name)).toEqual([
    'requests a second that the router carries',
    'a thousand answers of the router',
  ]);
  // 1,000 at once, 24 s each.
  expect(rows[0]?.value).toBe('42');
});
