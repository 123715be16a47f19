/** Before all tests: the programs of a host that no npm package has, and the agent's bundle. */
import { buildAssets } from '../../../bin/dev/bundle';
import { isInstalled } from '../../support/installed';
import { useTempFolder } from '../../support/temp-folder';

/** By the names of their packages in Debian. */
const NEEDED = { nginx: 'nginx-light', openssl: 'openssl', shellcheck: 'shellcheck', 'systemd-analyze': 'systemd' };

export default async function setUp(): Promise<void> {
  useTempFolder();
  const missing = Object.entries(NEEDED).flatMap(([program, name]) => (isInstalled(program) ? [] : [name]));
  if (missing.length > 0)
    throw new Error(`this suite needs programs of the system: apt-get install ${missing.join(' ')}`);
  await buildAssets();
}
