/** Before the suite: its Python, and the programs as they are shipped. */
import { buildAll } from '../../../bin/dev/bundle';
import { installPython } from './python';

export default async function setUp(): Promise<void> {
  await Promise.all([installPython(), buildAll()]);
}
