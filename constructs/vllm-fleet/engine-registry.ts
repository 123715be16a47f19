import { Annotations, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { engineImage, engineRegistries } from '../../config/catalog/engine';
import { engineRegistryAccountOf } from '../engine-registry-account';

/** AWS's registry of deep learning containers in the stack's region. Its account is AWS's own and public. */
export interface EngineRegistry {
  /** `ACCOUNT.dkr.ecr.REGION.amazonaws.com`. */
  readonly domain: string;
  readonly repositoryArn: string;
}

export function engineRegistry(scope: Construct): EngineRegistry {
  const stack = Stack.of(scope);
  const { region, urlSuffix } = stack;
  const account = engineRegistryAccountOf(scope) ?? nobody(scope, region);
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

/** Stands in a template that its error keeps from being deployed. */
function nobody(scope: Construct, region: string): string {
  Annotations.of(scope).addError(
    `AWS has no registry of deep learning containers in ${region}, from which hosts pull the engine; choose one of ` +
      `${Object.keys(engineRegistries.accounts).join(', ')}`,
  );
  return '000000000000';
}
