/** The config's JSON Schema: what editors complete with, and where findings look up what is allowed. */
import { z } from 'zod';
import { configSchema } from '../../config/schema';

export type JsonSchema = Readonly<z.core.JSONSchema.JSONSchema>;

/** Of the config as written: keys with a default may be left out. Draft 2020-12. */
export function configJsonSchema(): JsonSchema {
  made ??= z.toJSONSchema(configSchema, { io: 'input', target: 'draft-2020-12' });
  return made;
}

/** Made when it is first asked for: most configs have nothing to look up. */
let made: JsonSchema | undefined;

/** The bytes of `config/schema.json`. */
export function configJsonSchemaText(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
}
