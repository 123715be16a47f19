/** No text of a config is a key: `secret` holds a secret's name, and nothing else has to do with keys. */
import type { Path } from '../findings';
import { type Check, error } from '../check';
import { NOT_SHOWN, beginsLikeKey, looksLikeKey } from '../secrets';

export const secretValue: Check = (config) => {
  // Expectations and detectors are about such texts; what stands there is made up.
  const { expect: _expectations, sensitivity: _detectors, ...rest } = config;
  return texts(rest, []).flatMap(({ text, path }) => {
    // Revisions and addresses are as random as keys, so that elsewhere only the known beginnings count.
    const isSecret = path.at(-1) === 'secret';
    if (!(isSecret ? looksLikeKey(text) : beginsLikeKey(text))) return [];
    return error({
      code: 'secret-value',
      path,
      found: `what looks like a key ${NOT_SHOWN}`,
      allowed: isSecret
        ? `the name of a secret, such as ${config.name}/${String(path[1])}`
        : 'no key anywhere in the config',
      fix: 'revoke this key, store a new one in AWS Secrets Manager, and write its name under `secret`',
    });
  });
};

function texts(value: unknown, path: Path): { text: string; path: Path }[] {
  if (typeof value === 'string') return [{ text: value, path }];
  if (typeof value !== 'object' || value === null) return [];
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, item]) => texts(item, [...path, key]));
}
