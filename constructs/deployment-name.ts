import type { Stack } from 'aws-cdk-lib';

/**
 * What a deployment is called where nobody names it: its stack's name, of the outermost where that is nested, as the config's
 * names are written. Parts of one stack have to agree on it, or the meter does not find the hosts of the fleets.
 */
export function deploymentName(stack: Stack): string {
  if (stack.nestedStackParent !== undefined) return deploymentName(stack.nestedStackParent);
  return stack.stackName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, 63);
}
