/** `keys`: makes, lists and revokes callers' keys, in a deployment's table or in a file. A key itself is shown once, never stored. */
import { randomBytes } from 'node:crypto';
import { CLASSES } from '../../config/vocabulary';
import type { Config } from '../../config/schema';
import { hashKey } from '../../lambda/router/authenticate';
import { own } from '../../lib/plan/own';
import { KEY_PREFIX, LOCAL_TENANT } from '../../lib/tables/key-row';
import { type Args, type Command, ExitCode, UsageError, flag, oneOf, required, text } from './command';
import { DEPLOYMENT_OPTIONS, DEPLOYMENT_USAGE } from './deployment';
import { isExpiry, keyFile } from './key-file';
import type { KeyPlace, KeptKey } from './key-place';
import { keyTable } from './key-table';
import { CONFIG_OPTION, configAtHand } from './load-config';

export const keys: Command = {
  name: 'keys',
  positionals: 2,
  summary: "makes, lists and revokes callers' keys",
  usage: `hybrid-llm keys create --tenant NAME [--floor CLASS] [--expires DATE] [--json]
hybrid-llm keys list   [--json]
hybrid-llm keys revoke ID
  --config FILE   whose deployment and tenants they are
${DEPLOYMENT_USAGE}
  --table NAME    its table of keys, without asking CloudFormation
  --file FILE     instead of all that, a file for \`serve --keys\``,
  options: {
    ...CONFIG_OPTION,
    ...DEPLOYMENT_OPTIONS,
    table: { type: 'string' },
    file: { type: 'string' },
    tenant: { type: 'string' },
    floor: { type: 'string' },
    expires: { type: 'string' },
    json: { type: 'boolean' },
  },
  async run(args) {
    const [action, id] = args.positionals;
    const file = text(args, 'file');
    const elsewhere = ['table', 'stack', 'region'].find((option) => text(args, option) !== undefined);
    if (file !== undefined && elsewhere !== undefined) throw new UsageError(`give either --file or --${elsewhere}`);
    if (action !== 'create' && action !== 'list' && action !== 'revoke') {
      throw new UsageError(`\`keys ${action ?? ''}\` is not known; allowed: create, list, revoke`);
    }
    const config = configAtHand(args, 'file');
    if (config === undefined) return ExitCode.badInput;
    const place = async (): Promise<KeyPlace> => (file === undefined ? keyTable(args, config) : keyFile(file));
    switch (action) {
      case 'create':
        return create(args, config, place);
      case 'list':
        return list(args, await place());
      case 'revoke':
        return revoke(id, await place());
    }
  },
};

async function create(args: Args, config: Config | null, place: () => Promise<KeyPlace>): Promise<number> {
  const tenant = required(args, 'tenant');
  if (config !== null && tenant !== LOCAL_TENANT && own(config.tenants, tenant) === undefined) {
    const known = [LOCAL_TENANT, ...Object.keys(config.tenants)].join(', ');
    throw new UsageError(`--tenant is \`${tenant}\`; the config has: ${known}`);
  }
  const expires = text(args, 'expires');
  if (expires !== undefined && !isExpiry(expires)) {
    throw new UsageError(
      `--expires is \`${expires}\`; it takes a day to come such as 2027-01-31, or a time with its zone`,
    );
  }
  const key = KEY_PREFIX + randomBytes(32).toString('base64url');
  const hash = hashKey(key);
  await (await place()).add({ hash, tenant, floor: oneOf(args, 'floor', CLASSES), expires });
  process.stdout.write(flag(args, 'json') ? `${JSON.stringify({ key, id: idOf(hash) })}\n` : `${key}\n`);
  process.stderr.write(`key ${idOf(hash)} of tenant ${tenant}: this is the only time it is shown\n`);
  return ExitCode.done;
}

async function list(args: Args, place: KeyPlace): Promise<number> {
  const rows = (await place.list()).map(({ hash, tenant, floor, expires, created }) => ({
    id: idOf(hash),
    tenant,
    floor,
    expires,
    ...(created !== null && { created }),
  }));
  const lines = rows.map(({ id, tenant, floor, expires, created }) =>
    [id, tenant, floor, expires ?? 'does not expire', ...(created === undefined ? [] : [`created ${created}`])].join(
      '  ',
    ),
  );
  process.stdout.write(
    flag(args, 'json') ? `${JSON.stringify(rows, null, 2)}\n` : lines.map((line) => `${line}\n`).join(''),
  );
  return ExitCode.done;
}

async function revoke(id: string | undefined, place: KeyPlace): Promise<number> {
  const rows = await place.list();
  if (id === undefined || !SHORTEST_ID.test(id)) {
    throw new UsageError(`\`${id ?? ''}\` is no key's id; \`keys list\` shows the ids`);
  }
  const hash = theOne(rows, id, place);
  await place.remove(hash);
  process.stderr.write(`key ${id} no longer works ${place.worksUntil}\n`);
  return ExitCode.done;
}

/** Fewer characters may name a key by accident. */
const SHORTEST_ID = /^[0-9a-f]{4,64}$/;

function theOne(rows: readonly KeptKey[], id: string, place: KeyPlace): string {
  const [hash, ...others] = new Set(rows.map((row) => row.hash).filter((one) => one.startsWith(id)));
  if (hash === undefined) throw new UsageError(`no key \`${id}\` in ${place.name}; \`keys list\` shows the ids`);
  if (others.length === 0) return hash;
  const longer = [hash, ...others].map((one) => one.slice(0, Math.max(ID_LENGTH, id.length) + ID_LENGTH)).join(', ');
  throw new UsageError(`\`${id}\` is the beginning of several keys' ids: give more of ${longer}`);
}

const ID_LENGTH = 8;

/** The first characters of the hash, as decision records name a key. */
const idOf = (hash: string): string => hash.slice(0, ID_LENGTH);
