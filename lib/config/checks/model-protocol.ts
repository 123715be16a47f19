/** Only Bedrock speaks two protocols: a model elsewhere is asked by its provider's. */
import { providers } from '../../../config/catalog';
import { type Check, error } from '../check';

export const modelProtocol: Check = (config) =>
  Object.entries(config.models).flatMap(([name, { provider = '', protocol }]) => {
    const speaks = providers.find((row) => row.provider === provider)?.protocol ?? config.providers[provider]?.protocol;
    if (protocol === undefined || speaks === 'bedrock') return [];
    return error({
      code: 'model-protocol',
      path: ['models', name, 'protocol'],
      found: `\`protocol: ${protocol}\` for a model that is not on Bedrock`,
      allowed: 'no `protocol`: a fleet and every other provider have one of their own',
      fix: 'remove `protocol`, or name a provider whose protocol it is',
    });
  });
