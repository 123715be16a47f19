/** Before each start of the engine: its command line, and credentials that it may read weights with. */
import { rm, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import type { HostFile } from '../../lib/capacity/host-file';
import { CREDENTIALS_FILE, dockerArguments } from '../../lib/capacity/vllm-command';
import type { Credentials } from '../aws/credentials';
import type { HostPaths } from './paths';

export async function prepareEngine(
  host: HostFile,
  paths: HostPaths,
  credentials: Credentials,
  hostMemoryBytes: number,
): Promise<void> {
  const args = dockerArguments(host, paths, hostMemoryBytes);
  await writeFile(paths.engineArguments, args.map((arg) => `${arg}\0`).join(''));
  // Its folder gives the file the engine's group.
  await writeFile(credentialsFile(paths), sharedCredentials(credentials), { mode: 0o640 });
}

export const forgetCredentials = (paths: HostPaths): Promise<void> => rm(credentialsFile(paths), { force: true });

const credentialsFile = ({ credentials }: HostPaths): string => path.join(credentials, CREDENTIALS_FILE);

const sharedCredentials = ({ accessKeyId, secretAccessKey, sessionToken = '' }: Credentials): string =>
  `[default]
aws_access_key_id = ${accessKeyId}
aws_secret_access_key = ${secretAccessKey}
aws_session_token = ${sessionToken}
`;
