/** The file of keys that `serve --keys` reads and `keys` writes: keys in clear as people write them, or by hash. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { CLASSES } from '../../config/vocabulary';
import { hashKey } from '../../lambda/router/authenticate';
import { KEY_PREFIX, type KeyRow } from '../../lib/tables/key-row';
import { UsageError } from './command';
import type { KeyPlace } from './key-place';

const expiryText = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);

const entry = z
  .strictObject({
    key: z.string().startsWith(KEY_PREFIX).optional(),
    hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
    tenant: z.string().min(1),
    floor: z.enum(CLASSES).optional(),
    /** A date (`2027-01-31`, or with time), or Unix time in seconds. */
    expires: z.union([expiryText, z.number().positive()]).optional(),
  })
  .refine(({ key, hash }) => (key === undefined) !== (hash === undefined), 'either `key` or `hash`');

export type KeyEntry = z.output<typeof entry>;

export function readKeyFile(file: string): KeyEntry[] {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(
      `the keys file ${file} cannot be read as JSON (${(error as NodeJS.ErrnoException).code ?? (error as Error).name})`,
    );
  }
  const parsed = z.array(entry).safeParse(json);
  if (parsed.success) return parsed.data;
  // Only the place and the rule are told: the value may be a key.
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'wrong shape' };
  throw new UsageError(
    `${file}, entry ${path.join('.')}: ${message}; it is a list of { key: "hk_…" or hash, tenant, floor?, expires? }`,
  );
}

/** Whether a text is a time to come, in a form that the file takes. */
export const isExpiry = (text: string): boolean => expiryText.safeParse(text).success && Date.parse(text) > Date.now();

/** In one step, so that a file is never half written; readable by nobody else. */
export function writeKeyFile(file: string, entries: readonly KeyEntry[]): void {
  const draft = `${file}.${process.pid}.new`;
  try {
    writeFileSync(draft, `${JSON.stringify(entries, null, 2)}\n`, { mode: 0o600 });
    renameSync(draft, file);
  } catch (error) {
    throw new UsageError(`the keys file ${file} cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}

export function keyRow(entry: KeyEntry): KeyRow {
  return {
    hash: entry.hash ?? hashKey(entry.key ?? ''),
    tenant: entry.tenant,
    floor: entry.floor ?? 'public',
    expiresMs: entry.expires === undefined ? null : expiryMs(entry.expires),
  };
}

const expiryMs = (expires: string | number): number =>
  typeof expires === 'number' ? expires * 1000 : Date.parse(expires);

export const keyFile = (file: string): KeyPlace => ({
  name: file,
  worksUntil: 'once `serve` is started again',
  add: async ({ hash, tenant, floor, expires }) => {
    const added = { hash, tenant, ...(floor !== undefined && { floor }), ...(expires !== undefined && { expires }) };
    writeKeyFile(file, [...(existsSync(file) ? readKeyFile(file) : []), added]);
  },
  list: async () =>
    readKeyFile(file).map((entry) => ({
      hash: keyRow(entry).hash,
      tenant: entry.tenant,
      floor: entry.floor ?? 'public',
      expires: entry.expires ?? null,
      created: null,
    })),
  remove: async (hash) => {
    writeKeyFile(
      file,
      readKeyFile(file).filter((entry) => keyRow(entry).hash !== hash),
    );
  },
});
