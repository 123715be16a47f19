import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { bundledAsset } from '../assets';

/** Run by cloud-init; it fetches the bundle and runs what is in it. */
const USER_DATA = 'user-data.sh';

/** One zip, the same for all fleets of an app: the files of `host/` and the agent's program. */
export const hostBundle = (scope: Construct, id: string): Asset =>
  new Asset(scope, id, { path: bundledAsset('host-agent') });

export interface UserDataValues {
  /** `host.json`, possibly with tokens in it. */
  readonly hostJson: string;
  readonly bundle: Asset;
}

/** The script that cloud-init runs: writes `host.json`, fetches the bundle, runs what is in it. */
export function userData({ hostJson, bundle }: UserDataValues): string {
  const values: Readonly<Record<string, string>> = { HOST_JSON: hostJson, BUNDLE_S3_URI: bundle.s3ObjectUrl };
  const script = readFileSync(path.join(bundledAsset('host-agent'), USER_DATA), 'utf8');
  return script.replace(/@@([A-Z0-9_]+)@@/g, (mark, name: string) => {
    const value = values[name];
    if (value === undefined)
      throw new Error(`${USER_DATA} asks for ${mark}: expected one of ${Object.keys(values).join(', ')}`);
    return value;
  });
}
