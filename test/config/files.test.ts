/** The files of the repository that the config's code is responsible for. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { configSchema } from '../../config/schema';
import { configJsonSchema, configJsonSchemaText } from '../../lib/config/json-schema';
import { parseConfig } from '../../lib/config/parse';

const read = (file: string): string => readFileSync(resolve(__dirname, '../../config', file), 'utf8');

test('config/schema.json is what the zod schema says (npm run schema)', () => {
  expect(read('schema.json')).toBe(configJsonSchemaText());
});

test('the JSON Schema lists the keys of the zod schema and requires those without default', () => {
  const { properties, required, additionalProperties } = configJsonSchema();
  expect(Object.keys(properties ?? {})).toEqual(Object.keys(configSchema.shape));
  expect(required).toEqual(['name', 'region', 'models', 'routes']);
  expect(additionalProperties).toBe(false);
});

test('the example config has neither errors nor warnings', () => {
  const { config, findings } = parseConfig(read('hybrid-llm.yaml'));
  expect(config?.name).toBe('acme-llm');
  expect(findings).toEqual([]);
});
