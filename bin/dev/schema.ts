/** Writes config/schema.json from the zod schema. A test fails while the two differ. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { configJsonSchemaText } from '../../lib/config/json-schema';

writeFileSync(resolve(__dirname, '../../config/schema.json'), configJsonSchemaText());
