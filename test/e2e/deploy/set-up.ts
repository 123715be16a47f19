/** Before the suite: its Python, and the programs as they are shipped. */
import { buildAll } from '../../../bin/dev/bundle';
import { useTempFolder } from '../../support/temp-folder';
import { installPython } from './python';

export default async function setUp(): Promise<void> {
  useTempFolder();
  await Promise.all([installPython(), buildAll()]);
}
