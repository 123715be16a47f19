/**
 * Refreshes the price catalogue: tokens from the installed price package, GPU hosts from AWS, with the user's login. Prints
 * how break-even moved. Without a login the committed prices of hosts stay, and their age is said.
 *
 * `npm run prices [-- --tokens-only] [-- --published YYYY-MM-DD]`; the latter when npm cannot be asked when the package came out.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { EC2Client } from '@aws-sdk/client-ec2';
import { PricingClient } from '@aws-sdk/client-pricing';
import { type HostPrice, hostPrices } from '../../config/catalog/host-prices';
import { tokenOffers } from '../../config/catalog/prices';
import { AwsHostPrices, PRICE_LIST_REGION } from './prices/aws-host-prices';
import { genaiPrices } from './prices/genai-prices';
import { type Refreshed, refresh } from './prices/refresh';
import type { TokenPriceList } from './prices/token-prices';

const CATALOG = resolve(__dirname, '../../config/catalog');
const PACKAGE = '@pydantic/genai-prices';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { 'tokens-only': { type: 'boolean' }, published: { type: 'string' } },
  });
  const nowMs = Date.now();
  const source = values['tokens-only']
    ? null
    : new AwsHostPrices(new PricingClient({ region: PRICE_LIST_REGION }), (region) => new EC2Client({ region }));
  const before = { offers: tokenOffers, hosts: hostPrices };
  const after: Refreshed = await refresh(before, installedList(nowMs, values.published), source, nowMs);
  write('prices.json', { offers: after.offers });
  write('host-prices.json', { hosts: after.hosts satisfies readonly HostPrice[] });
  process.stdout.write(after.report);
}

function installedList(nowMs: number, published: string | undefined): TokenPriceList {
  const file = resolve(__dirname, `../../node_modules/${PACKAGE}/package.json`);
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return genaiPrices(version, published ?? publishedOn(version), new Date(nowMs));
}

/** The prices are those of the day on which the package came out, not of the day on which it is read. */
function publishedOn(version: string): string {
  const times = JSON.parse(
    execFileSync('npm', ['view', PACKAGE, 'time', '--json'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  ) as Record<string, string>;
  const time = times[version];
  if (time === undefined)
    throw new Error(`npm does not say when ${PACKAGE} ${version} came out; say it with --published`);
  return time.slice(0, 10);
}

const write = (name: string, content: object): void =>
  writeFileSync(resolve(CATALOG, name), `${JSON.stringify(content, null, 2)}\n`);

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
