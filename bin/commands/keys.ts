/** `keys`: makes, lists and revokes callers' keys in a file that `serve --keys` reads. A key itself is shown once, never stored. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { CLASSES } from '../../config/vocabulary';
import { hashKey } from '../../lambda/router/authenticate';
import { KEY_PREFIX } from '../../lib/tables/key-row';
import { type Args, type Command, ExitCode, UsageError, flag, oneOf, required, text } from './command';
import { type KeyEntry, isExpiry, keyRow, readKeyFile, writeKeyFile } from './key-file';

export const keys: Command = {
  name: 'keys',
  positionals: 2,
  summary: "makes, lists and revokes callers' keys",
  usage: `hybrid-llm keys create --file FILE --tenant NAME [--floor CLASS] [--expires DATE] [--json]
hybrid-llm keys list   --file FILE [--json]
hybrid-llm keys revoke --file FILE ID`,
  options: {
    file: { type: 'string' },
    tenant: { type: 'string' },
    floor: { type: 'string' },
    expires: { type: 'string' },
    json: { type: 'boolean' },
  },
  async run(args) {
    const [action, id] = args.positionals;
    switch (action) {
      case 'create':
        return create(args);
      case 'list':
        return list(args);
      case 'revoke':
        return revoke(args, id);
      default:
        throw new UsageError(`\`keys ${action ?? ''}\` is not known; allowed: create, list, revoke`);
    }
  },
};

function create(args: Args): number {
  const file = required(args, 'file');
  const expires = text(args, 'expires');
  if (expires !== undefined && !isExpiry(expires)) {
    throw new UsageError(
      `--expires is \`${expires}\`; it takes a day to come such as 2027-01-31, or a time with its zone`,
    );
  }
  const key = KEY_PREFIX + randomBytes(32).toString('base64url');
  const floor = oneOf(args, 'floor', CLASSES);
  const entry: KeyEntry = {
    hash: hashKey(key),
    tenant: required(args, 'tenant'),
    ...(floor !== undefined && { floor }),
    ...(expires !== undefined && { expires }),
  };
  writeKeyFile(file, [...(existsSync(file) ? readKeyFile(file) : []), entry]);
  process.stdout.write(flag(args, 'json') ? `${JSON.stringify({ key, id: idOf(entry) })}\n` : `${key}\n`);
  process.stderr.write(`key ${idOf(entry)} of tenant ${entry.tenant}: this is the only time it is shown\n`);
  return ExitCode.done;
}

function list(args: Args): number {
  const rows = readKeyFile(required(args, 'file')).map((entry) => ({
    id: idOf(entry),
    tenant: entry.tenant,
    floor: entry.floor ?? 'public',
    expires: entry.expires ?? null,
  }));
  const lines = rows.map(
    ({ id, tenant, floor, expires }) => `${id}  ${tenant}  ${floor}  ${expires ?? 'does not expire'}`,
  );
  process.stdout.write(
    flag(args, 'json') ? `${JSON.stringify(rows, null, 2)}\n` : lines.map((line) => `${line}\n`).join(''),
  );
  return ExitCode.done;
}

function revoke(args: Args, id: string | undefined): number {
  const file = required(args, 'file');
  const entries = readKeyFile(file);
  const left = entries.filter((entry) => idOf(entry) !== id);
  if (id === undefined || left.length === entries.length) {
    throw new UsageError(`no key \`${id ?? ''}\` in ${file}; \`keys list\` shows the ids`);
  }
  writeKeyFile(file, left);
  process.stderr.write(`key ${id} no longer works once \`serve\` is started again\n`);
  return ExitCode.done;
}

/** The first characters of the hash, as decision records name a key. */
const idOf = (entry: KeyEntry): string => keyRow(entry).hash.slice(0, 8);
