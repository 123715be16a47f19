/** openai, anthropic and gemini need the name of a secret unless they are stood in for nearby; bedrock takes none. */
import { isLoopback, isPrivateAddress } from '../../policy/boundary';
import { type Check, error } from '../check';

export const providerSecret: Check = (config) =>
  Object.entries(config.providers).flatMap(([name, { secret, baseUrl }]) => {
    const path = ['providers', name, 'secret'];
    if (name === 'bedrock') {
      if (secret === undefined) return [];
      return error({
        code: 'provider-secret',
        path,
        found: '`secret` for bedrock',
        allowed: "no secret: requests are signed with the router's own role",
        fix: 'remove `secret`',
      });
    }
    const near = baseUrl !== undefined && (isLoopback(baseUrl) || isPrivateAddress(baseUrl));
    if (secret !== undefined || near || !NEED_A_KEY.includes(name)) return [];
    return error({
      code: 'provider-secret',
      path,
      found: 'no `secret`',
      allowed: `the name of the secret that holds the key for ${name}`,
      fix: `store the key in AWS Secrets Manager and add \`secret: ${config.name}/${name}\``,
    });
  });

const NEED_A_KEY = ['openai', 'anthropic', 'gemini'];
