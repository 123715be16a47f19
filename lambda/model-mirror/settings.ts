/** What one run is asked to do, out of the build's environment. */

export interface MirrorSettings {
  /** `OWNER/NAME` on the hub. */
  readonly model: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  readonly bucket: string;
  /** Above `MODEL/COMMIT/` in the bucket. */
  readonly prefix: string;
  /** Base URL of the hub, without a slash at its end. */
  readonly hubUrl: string;
  readonly token: string | null;
}

/** The run cannot do what it was asked to; the message says what to do. It is no fault of the program. */
export class MirrorRefusal extends Error {}

const SEGMENT = '[A-Za-z0-9][A-Za-z0-9._-]*';
const MODEL = new RegExp(`^${SEGMENT}(/${SEGMENT})?$`);
const REVISION = new RegExp(`^${SEGMENT}(/${SEGMENT})*$`);

export const isRevision = (text: string): boolean => REVISION.test(text);

export function readSettings(env: Readonly<Record<string, string | undefined>>): MirrorSettings {
  const model = wanted(env, 'MODEL', 'the model on the hub, such as Qwen/Qwen3-8B');
  if (!MODEL.test(model))
    throw new MirrorRefusal(`MODEL must be OWNER/NAME as on the hub, got ${JSON.stringify(model)}`);
  const revision = env['REVISION'] || 'main';
  if (!isRevision(revision)) {
    throw new MirrorRefusal(`REVISION must be a commit, tag or branch, got ${JSON.stringify(revision)}`);
  }
  return {
    model,
    revision,
    bucket: wanted(env, 'BUCKET', 'the bucket to copy into'),
    prefix: wanted(env, 'PREFIX', 'the prefix of all weights in the bucket'),
    hubUrl: hubUrl(env['HF_ENDPOINT'] || 'https://huggingface.co'),
    token: env['HF_TOKEN']?.trim() || null,
  };
}

function wanted(env: Readonly<Record<string, string | undefined>>, name: string, meaning: string): string {
  const value = env[name];
  if (!value) throw new MirrorRefusal(`${name} is not set: start the build with ${name}, ${meaning}`);
  return value;
}

/** Clear text only on this machine: weights decide what a model says, and the token is a secret. */
function hubUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const loopback = url?.protocol === 'http:' && url.hostname === '127.0.0.1';
  if (url?.protocol !== 'https:' && !loopback)
    throw new MirrorRefusal(`HF_ENDPOINT must begin with https://, got ${text}`);
  return text.replace(/\/+$/, '');
}
