/** What a function needs to invoke models of Bedrock: the named ones, in this region unless a profile leads elsewhere. */
import { ArnFormat, type Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { providerBoundary } from '../../lib/policy/boundary';

const ACTIONS = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];

/** `models`: Bedrock's names or ARNs; `*`: any model of the region. */
export function bedrockStatements(stack: Stack, models: readonly string[]): iam.PolicyStatement[] {
  const isAny = models.includes('*');
  const inRegion = isAny ? ['*'] : models.filter(isInRegion);
  const profiles = models.filter((model) => model !== '*' && !isInRegion(model));
  return [
    ...(inRegion.length === 0
      ? []
      : [
          new iam.PolicyStatement({
            ...(isAny && { sid: 'CallersNameAnyModelOfTheRegion' }),
            actions: ACTIONS,
            resources: inRegion.map((model) => foundationModel(stack, stack.region, model)),
          }),
        ]),
    ...profiles.flatMap((model, index) => profileStatements(stack, model, index)),
  ];
}

const isInRegion = (model: string): boolean =>
  providerBoundary({ name: 'bedrock', baseUrl: undefined, hasAgreement: false }, model) === 'region';

/** A profile is invoked by its own ARN and by the model's in whichever region it chooses, for this profile alone. */
function profileStatements(stack: Stack, profile: string, index: number): iam.PolicyStatement[] {
  const isArn = profile.startsWith('arn:');
  const profileArn = isArn
    ? profile
    : stack.formatArn({ service: 'bedrock', resource: 'inference-profile', resourceName: profile });
  const model = isArn ? '*' : profile.split('.').slice(1).join('.');
  return [
    new iam.PolicyStatement({ actions: ACTIONS, resources: [profileArn] }),
    new iam.PolicyStatement({
      sid: `ProfileChoosesTheRegion${index + 1}`,
      actions: ACTIONS,
      resources: [foundationModel(stack, '*', model)],
      conditions: { StringEquals: { 'bedrock:InferenceProfileArn': profileArn } },
    }),
  ];
}

/** Foundation models belong to no account. */
const foundationModel = (stack: Stack, region: string, model: string): string =>
  stack.formatArn({
    service: 'bedrock',
    region,
    account: '',
    resource: 'foundation-model',
    resourceName: model,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
