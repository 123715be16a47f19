import { Stack, Validations } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { addGatewayResponses } from './gateway-responses';
import { LONGEST_STREAM } from './lane-function';
import type { ApiFrontOptions } from './router-front';

export interface RouterApiProps extends ApiFrontOptions {
  readonly deployment: string;
  readonly openFunction?: lambda.IFunction;
  readonly sealedFunction?: lambda.IFunction;
  /** The `execute-api` endpoint that the API is reached through. Absent: it is on the internet. */
  readonly endpointId?: string;
}

/** A REST API that streams: `/v1` to the open lane, `/sealed` to the sealed one, `/health` to either. */
export class RouterApi extends Construct {
  readonly api: apigateway.RestApi;
  /** With the stage, without a slash at the end. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: RouterApiProps) {
    super(scope, id);
    const { openFunction, sealedFunction, endpointId } = props;
    this.api = new apigateway.RestApi(this, 'Resource', {
      restApiName: `${props.deployment}-router`,
      description: `OpenAI-compatible router of ${props.deployment}`,
      // Access logs would need a role that API Gateway keeps once for the whole account and region.
      cloudWatchRole: false,
      ...(endpointId === undefined
        ? { endpointTypes: [apigateway.EndpointType.REGIONAL] }
        : { endpointConfiguration: this.privateEndpoint(endpointId), policy: onlyThrough(endpointId) }),
      deployOptions: {
        stageName: props.stageName ?? 'prod',
        throttlingRateLimit: props.requestsPerSecond ?? 500,
        throttlingBurstLimit: props.burst ?? 1000,
        tracingEnabled: false,
      },
    });
    // CDK's own output is an address that needs private DNS, which an endpoint in somebody else's VPC lacks.
    this.api.node.tryRemoveChild('Endpoint');
    addGatewayResponses(this.api);
    const { root } = this.api;
    if (openFunction !== undefined)
      root.addResource('v1').addResource('{proxy+}').addMethod('ANY', streamed(openFunction));
    if (sealedFunction !== undefined)
      root.addResource('sealed').addResource('{proxy+}').addMethod('ANY', streamed(sealedFunction));
    const either = openFunction ?? sealedFunction;
    if (either !== undefined) root.addResource('health').addMethod('GET', streamed(either));
    const { region, urlSuffix } = Stack.of(this);
    const host = endpointId === undefined ? this.api.restApiId : `${this.api.restApiId}-${endpointId}`;
    this.url = `https://${host}.execute-api.${region}.${urlSuffix}/${this.api.deploymentStage.stageName}`;
    this.acknowledge(endpointId !== undefined);
  }

  private privateEndpoint(endpointId: string): apigateway.EndpointConfiguration {
    const attributes = { vpcEndpointId: endpointId, port: 443 };
    return {
      types: [apigateway.EndpointType.PRIVATE],
      vpcEndpoints: [ec2.InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(this, 'ExecuteApi', attributes)],
    };
  }

  private acknowledge(isPrivate: boolean): void {
    const reasons: { [rule: string]: string } = {
      APIG1:
        'The router writes a record of every request; access logs need a role that is set once for the whole account, which a stack must not replace.',
      APIG2:
        'Bodies are checked by the router, in the shape of the API that was called and with errors that its clients read.',
      APIG3: isPrivate
        ? 'Reached only from security groups in the VPC that the endpoint admits.'
        : 'Which web ACL fits is for the owner to say: the stage is public, to attach one to.',
      APIG4: 'Clients of the OpenAI API send bearer keys, which the router checks against hashes before anything else.',
      APIG6: 'Execution logs would hold prompts, and need a role that is set once for the whole account.',
      COG4: 'Callers are programs with keys of the router, not people with a sign-in.',
    };
    for (const [rule, reason] of Object.entries(reasons))
      Validations.of(this).acknowledge({ id: `AwsSolutions-${rule}`, reason });
  }
}

/** Without `timeout` API Gateway cuts at 29 seconds, streamed or not. */
const streamed = (handler: lambda.IFunction): apigateway.LambdaIntegration =>
  new apigateway.LambdaIntegration(handler, {
    responseTransferMode: apigateway.ResponseTransferMode.STREAM,
    timeout: LONGEST_STREAM,
    allowTestInvoke: false,
  });

/** Bearer keys are anonymous to API Gateway, so that the principal stays open and the endpoint is what narrows it. */
const onlyThrough = (endpointId: string): iam.PolicyDocument =>
  new iam.PolicyDocument({
    statements: [
      new iam.PolicyStatement({
        sid: 'EveryPathButOnlyThroughThisEndpoint',
        principals: [new iam.AnyPrincipal()],
        actions: ['execute-api:Invoke'],
        resources: ['execute-api:/*'],
        conditions: { StringEquals: { 'aws:SourceVpce': endpointId } },
      }),
    ],
  });
