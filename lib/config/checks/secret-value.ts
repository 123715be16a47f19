/** `secret` holds a secret's name, never the key itself. */
import { type Check, error } from '../check';
import { NOT_SHOWN, looksLikeKey } from '../secrets';

export const secretValue: Check = (config) =>
  Object.entries(config.providers).flatMap(([name, { secret }]) => {
    if (secret === undefined || !looksLikeKey(secret)) return [];
    return error({
      code: 'secret-value',
      path: ['providers', name, 'secret'],
      found: `what looks like a key ${NOT_SHOWN}`,
      allowed: `the name of a secret, such as ${config.name}/${name}`,
      fix: 'revoke this key, store a new one in AWS Secrets Manager, and write its name here',
    });
  });
