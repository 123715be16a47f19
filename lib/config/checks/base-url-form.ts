/** A base URL is what the provider's own SDK takes: OpenAI's protocol with its version path, the others without. */
import { providers } from '../../../config/catalog';
import type { Protocol } from '../../../config/vocabulary';
import { type Check, error, warning } from '../check';
import { shown } from '../secrets';

export const baseUrlForm: Check = (config) =>
  Object.entries(config.providers).flatMap(([name, provider]) => {
    const { baseUrl } = provider;
    const protocol = providers.find((row) => row.provider === name)?.protocol ?? provider.protocol;
    if (baseUrl === undefined || protocol === undefined) return [];
    const path = ['providers', name, 'baseUrl'];
    const said = { code: 'base-url-form', path, found: shown(baseUrl, path) };
    const parts = new URL(baseUrl).pathname.split('/').filter(Boolean);
    if (protocol === 'openai') {
      if (parts.some(isVersion)) return [];
      return warning({
        ...said,
        allowed: 'for the OpenAI protocol: an address that ends in a version path such as /v1',
        fix: 'add /v1 at the end, unless the server answers at /chat/completions itself',
      });
    }
    const last = parts.at(-1) ?? '';
    if (!isVersion(last)) return [];
    return error({
      ...said,
      allowed: `for the ${PROTOCOL_NAMES[protocol]} protocol: an address without a version path, which the router adds`,
      fix: `remove /${last} at the end`,
    });
  });

const isVersion = (part: string): boolean => /^v\d+([a-z]+\d*)?$/.test(part);

const PROTOCOL_NAMES: Readonly<Record<Protocol, string>> = {
  openai: 'OpenAI',
  anthropic: 'Anthropic',
  gemini: 'Gemini',
  bedrock: 'Bedrock',
};
