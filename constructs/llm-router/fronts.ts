/** Opens a router's fronts and says how clients reach it by the first of them. */
import type * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { IPrivateNetwork } from '../private-network/i-private-network';
import { RouterApi } from './router-api';
import type { RouterFront } from './router-front';

export interface OpenFrontsProps {
  readonly deployment: string;
  readonly fronts: readonly RouterFront[];
  readonly openFunction?: lambda.Function;
  readonly sealedFunction?: lambda.Function;
  readonly network?: IPrivateNetwork;
  readonly clientSecurityGroup?: ec2.ISecurityGroup;
}

export interface Way {
  readonly api?: apigateway.RestApi;
  readonly clientSecurityGroup?: ec2.ISecurityGroup;
  /** Of the open lane, with `/v1`. Absent: there is no such lane. */
  readonly url?: string;
  /** Of the sealed lane, with `/sealed/v1`. Absent: there is no such lane. */
  readonly sealedUrl?: string;
}

/** In the order of the fronts. A private API without a network is left out: it is an error already. */
export function openFronts(scope: Construct, props: OpenFrontsProps): Way[] {
  return props.fronts.flatMap((front, index) => {
    const nth = props.fronts.slice(0, index).filter(({ _kind }) => _kind === front._kind).length;
    const suffix = nth === 0 ? '' : String(nth + 1);
    switch (front._kind) {
      case 'private-api':
        return props.network === undefined ? [] : privateApi(scope, `PrivateApi${suffix}`, front, props, props.network);
      case 'regional-api':
        return apiWay(new RouterApi(scope, `RegionalApi${suffix}`, { ...props, ...front._options }), props);
      case 'function-url':
        return functionUrls(`FunctionUrl${suffix}`, front, props);
    }
  });
}

function privateApi(
  scope: Construct,
  id: string,
  front: RouterFront,
  props: OpenFrontsProps,
  network: IPrivateNetwork,
): Way {
  const clientSecurityGroup =
    props.clientSecurityGroup ??
    new ec2.SecurityGroup(scope, `${id}Clients`, {
      vpc: network.vpc,
      description: `Clients of the router ${props.deployment}`,
      allowAllOutbound: false,
    });
  network.admit('execute-api', clientSecurityGroup);
  const endpointId = network.endpointId('execute-api');
  return {
    ...apiWay(new RouterApi(scope, id, { ...props, ...front._options, endpointId }), props),
    clientSecurityGroup,
  };
}

const apiWay = ({ api, url }: RouterApi, { openFunction, sealedFunction }: OpenFrontsProps): Way => ({
  api,
  url: openFunction && `${url}/v1`,
  sealedUrl: sealedFunction && `${url}/sealed/v1`,
});

function functionUrls(id: string, front: RouterFront, { openFunction, sealedFunction }: OpenFrontsProps): Way {
  const open = openFunction && functionUrl(id, front, openFunction);
  const sealed = sealedFunction && functionUrl(id, front, sealedFunction);
  return { url: open && `${open.url}v1`, sealedUrl: sealed && `${sealed.url}sealed/v1` };
}

const functionUrl = (id: string, front: RouterFront, handler: lambda.Function): lambda.FunctionUrl =>
  new lambda.FunctionUrl(handler, id, {
    function: handler,
    authType: front._options.auth ?? lambda.FunctionUrlAuthType.AWS_IAM,
    invokeMode: lambda.InvokeMode.RESPONSE_STREAM,
  });
