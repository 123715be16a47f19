/** Writes docs/economics.md from the catalogue. A test fails while the two differ. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { economicsPage } from './economics/page';

writeFileSync(resolve(__dirname, '../../docs/economics.md'), economicsPage());
