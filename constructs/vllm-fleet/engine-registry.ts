import { Annotations, Aws, CfnMapping, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { engineImage, engineRegistries, engineRegistryAccount } from '../../config/catalog/engine';

/** AWS's registry of deep learning containers in the stack's region. Its account is AWS's own and public. */
export interface EngineRegistry {
  /** `ACCOUNT.dkr.ecr.REGION.amazonaws.com`. */
  readonly domain: string;
  readonly repositoryArn: string;
}

export function engineRegistry(scope: Construct): EngineRegistry {
  const stack = Stack.of(scope);
  const { region, urlSuffix } = stack;
  const account = Token.isUnresolved(region) ? accountByMapping(scope) : accountOf(scope, region);
  return {
    domain: `${account}.dkr.ecr.${region}.${urlSuffix}`,
    repositoryArn: stack.formatArn({
      service: 'ecr',
      account,
      resource: 'repository',
      resourceName: engineImage.repository,
    }),
  };
}

function accountOf(scope: Construct, region: string): string {
  const account = engineRegistryAccount(region);
  if (account !== undefined) return account;
  Annotations.of(scope).addError(
    `AWS has no registry of deep learning containers in ${region}, from which hosts pull the engine; choose one of ` +
      `${Object.keys(engineRegistries.accounts).join(', ')}`,
  );
  return NOBODY;
}

/** Stands in a template that its error keeps from being deployed. */
const NOBODY = '000000000000';

const MAPPING = 'HybridLlmEngineRegistries';
const ACCOUNT = 'account';

/** A stack that does not know its region looks it up when it is deployed: one table for all its fleets. */
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
