/** The deployment of a config: its CloudFormation stack, found by name, and what the stack says of itself. */
import type { Config } from '../../config/schema';
import { awsMistake } from './aws-mistake';
import { type Args, UsageError, text } from './command';

export const DEPLOYMENT_OPTIONS = { stack: { type: 'string' }, region: { type: 'string' } } as const;

export const DEPLOYMENT_USAGE = `  --stack NAME    the deployment's stack (the config's name)
  --region NAME   its region (the config's)`;

export interface Deployment {
  readonly stackName: string;
  readonly region: string;
  /** Values of the stack's outputs by their names. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** The region that the options or the config name. */
export function regionOf(args: Args, config: Config | null): string {
  const region =
    text(args, 'region') ?? config?.region ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];
  if (region === undefined || region === '') {
    throw new UsageError('no region: give --region, or a config that names one with --config FILE');
  }
  return region;
}

/**
 * Asks CloudFormation. `config` may be `null` where the options name stack and region. Throws a `UsageError` that says
 * what to do if there are no credentials, no such stack, no permission or no way to AWS.
 */
export async function deploymentOf(args: Args, config: Config | null): Promise<Deployment> {
  const stackName = text(args, 'stack') ?? config?.name;
  if (stackName === undefined) {
    throw new UsageError('no deployment: give --stack NAME, or the config it was made from with --config FILE');
  }
  const region = regionOf(args, config);
  // Loaded here alone: no other command should wait for it.
  const { CloudFormationClient, DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  const client = new CloudFormationClient({ region });
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    const outputs = (Stacks[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]);
    return { stackName, region, outputs: Object.fromEntries(outputs) as Record<string, string> };
  } catch (error) {
    if (isNoStack(error)) {
      throw new UsageError(
        `there is no stack \`${stackName}\` in ${region}; deploy it with \`npx cdk deploy\`, or name another with --stack and --region`,
      );
    }
    throw awsMistake(error, `cannot look at the stack \`${stackName}\` in ${region}`, 'cloudformation:DescribeStacks');
  } finally {
    client.destroy();
  }
}

/** One output of the stack; without it the deployment is of another version, or not of this product. */
export function outputOf({ stackName, region, outputs }: Deployment, name: string): string {
  const value = outputs[name];
  if (value !== undefined && value !== '') return value;
  const known = Object.keys(outputs).join(', ') || 'none';
  throw new UsageError(
    `the stack \`${stackName}\` in ${region} has no output ${name} (it has: ${known}); deploy it again, or name another with --stack`,
  );
}

const isNoStack = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message);
