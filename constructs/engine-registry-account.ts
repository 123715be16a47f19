/** The account of AWS's registry of deep learning containers, where hosts pull the engine and endpoints let them. */
import { Aws, CfnMapping, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { engineRegistries, engineRegistryAccount } from '../config/catalog/engine';

/** In the region of `scope`'s stack; `undefined`: AWS has none there. */
export function engineRegistryAccountOf(scope: Construct): string | undefined {
  const { region } = Stack.of(scope);
  return Token.isUnresolved(region) ? accountByMapping(scope) : engineRegistryAccount(region);
}

const MAPPING = 'HybridLlmEngineRegistries';
const ACCOUNT = 'account';

/** A stack that does not know its region looks it up when it is deployed: one table for all that is in it. */
function accountByMapping(scope: Construct): string {
  const stack = Stack.of(scope);
  const there = stack.node.tryFindChild(MAPPING) as CfnMapping | undefined;
  const mapping =
    there ??
    new CfnMapping(stack, MAPPING, {
      mapping: Object.fromEntries(
        Object.entries(engineRegistries.accounts).map(([region, account]) => [region, { [ACCOUNT]: account }]),
      ),
    });
  return mapping.findInMap(Aws.REGION, ACCOUNT);
}
