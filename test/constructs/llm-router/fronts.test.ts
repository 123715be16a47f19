/** The ways in: what on AWS fails silently, if at all, when somebody forgets it. */
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Template } from 'aws-cdk-lib/assertions';
import { LlmRouter, RouterFront, RouterLane } from '../../../constructs/llm-router';
import { ERRORS } from '../../../lib/policy/errors';
import { resourcesOf } from '../../support/cdk';
import { FakeFleet, SmallNetwork, alone, bothLanes, functionOf, routerStack } from './support';

interface Method {
  readonly path: string;
  readonly HttpMethod: string;
  readonly AuthorizationType: string;
  readonly Integration: Readonly<Record<string, unknown>>;
}

/** Methods with their whole paths. */
function methodsOf(template: Template): Method[] {
  const resources = resourcesOf(template, 'AWS::ApiGateway::Resource');
  const pathOf = (ref: { Ref?: string }): string => {
    const resource = resources[ref.Ref ?? '']?.Properties as
      { ParentId: { Ref?: string }; PathPart: string } | undefined;
    return resource === undefined ? '' : `${pathOf(resource.ParentId)}/${resource.PathPart}`;
  };
  return Object.values(resourcesOf(template, 'AWS::ApiGateway::Method')).map(
    ({ Properties }) =>
      ({ ...Properties, path: pathOf(Properties?.['ResourceId'] as { Ref?: string }) }) as unknown as Method,
  );
}

const apiOf = (template: Template): Readonly<Record<string, unknown>> =>
  Object.values(resourcesOf(template, 'AWS::ApiGateway::RestApi'))[0]?.Properties ?? {};

const onTheInternet = (): Template => bothLanes({ fronts: [RouterFront.regionalApi()] }).template;

describe.each([
  ['private API', () => bothLanes().template],
  ['regional API', onTheInternet],
])('the %s', (_, make) => {
  const template = make();

  test('sends each path to its lane, streamed, and waits 900 seconds', () => {
    const ofLane = (lane: 'open' | 'sealed'): unknown => ({ 'Fn::GetAtt': [functionOf(template, lane)[0], 'Arn'] });
    const streamingUri = (lane: 'open' | 'sealed'): unknown => ({
      'Fn::Join': [
        '',
        [
          'arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/',
          ofLane(lane),
          '/response-streaming-invocations',
        ],
      ],
    });
    const streamed = (lane: 'open' | 'sealed'): unknown => ({
      Type: 'AWS_PROXY',
      IntegrationHttpMethod: 'POST',
      ResponseTransferMode: 'STREAM',
      TimeoutInMillis: 900_000,
      Uri: streamingUri(lane),
    });
    const methods = methodsOf(template).map(({ path, HttpMethod, Integration }) => [
      `${HttpMethod} ${path}`,
      Integration,
    ]);
    expect(Object.fromEntries(methods)).toEqual({
      'ANY /v1/{proxy+}': streamed('open'),
      'ANY /sealed/{proxy+}': streamed('sealed'),
      'GET /health': streamed('open'),
    });
  });

  test('says its own errors in the shape of OpenAI, with a status of their own', () => {
    const responses = Object.values(resourcesOf(template, 'AWS::ApiGateway::GatewayResponse')).map(({ Properties }) => {
      const templates = Properties?.['ResponseTemplates'] as Record<string, string>;
      expect(Object.keys(templates)).toEqual(['application/json']);
      const body = JSON.parse(templates['application/json'] as string) as { error: Record<string, string | null> };
      return { type: Properties?.['ResponseType'] as string, status: Properties?.['StatusCode'] as string, ...body };
    });
    expect(responses.map(({ type, status, error }) => [type, status, error['code']])).toEqual([
      ['DEFAULT_4XX', undefined, 'invalid_request'],
      ['DEFAULT_5XX', undefined, 'internal_error'],
      ['REQUEST_TOO_LARGE', '413', 'request_too_large'],
      ['INTEGRATION_TIMEOUT', '504', 'deadline_exceeded'],
      ['INTEGRATION_FAILURE', '500', 'internal_error'],
      ['THROTTLED', '429', 'rate_limit_exceeded'],
      ['MISSING_AUTHENTICATION_TOKEN', '404', 'unknown_path'],
      ['RESOURCE_NOT_FOUND', '404', 'unknown_path'],
      ['ACCESS_DENIED', '403', 'access_denied'],
    ]);
    for (const { error } of responses) {
      expect(Object.keys(error).sort()).toEqual(['code', 'message', 'param', 'type']);
      // A template would read these two.
      expect(error['message']).toMatch(/^[^$#]{10,}$/);
      expect(error['param']).toBeNull();
      const known: Readonly<Record<string, { readonly type: string }>> = ERRORS;
      expect(error['type']).toBe(known[error['code'] as string]?.type ?? 'permission_error');
    }
    const tooLarge = responses.find(({ type }) => type === 'REQUEST_TOO_LARGE');
    expect(tooLarge?.error['message']).toContain('send images by URL');
  });

  test('asks a throttled caller to come back', () => {
    template.hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
      ResponseType: 'THROTTLED',
      ResponseParameters: { 'gatewayresponse.header.Retry-After': "'1'" },
    });
  });

  test('has limits, no cache, no trace, and no role for the whole account', () => {
    template.hasResourceProperties('AWS::ApiGateway::Stage', {
      StageName: 'prod',
      TracingEnabled: false,
      MethodSettings: [
        {
          HttpMethod: '*',
          ResourcePath: '/*',
          DataTraceEnabled: false,
          ThrottlingRateLimit: 500,
          ThrottlingBurstLimit: 1000,
        },
      ],
    });
    expect(JSON.stringify(resourcesOf(template, 'AWS::ApiGateway::Stage'))).not.toMatch(
      /CacheCluster|"CachingEnabled"/,
    );
    template.resourceCountIs('AWS::ApiGateway::Account', 0);
  });

  test('may call each function by the method that leads there, and not from the console', () => {
    const permissions = Object.values(resourcesOf(template, 'AWS::Lambda::Permission')).map(
      ({ Properties }) => Properties,
    );
    expect(permissions.map((one) => [one?.['Principal'], one?.['Action']])).toEqual(
      Array(3).fill(['apigateway.amazonaws.com', 'lambda:InvokeFunction']),
    );
    expect(JSON.stringify(permissions)).not.toContain('test-invoke-stage');
  });
});

describe('the private API', () => {
  test('is reached through its endpoint by anybody, and otherwise by nobody', () => {
    const { template, network, stack } = bothLanes();
    const endpoint = stack.resolve(network.endpointId('execute-api')) as unknown;
    expect(apiOf(template)['EndpointConfiguration']).toEqual({ Types: ['PRIVATE'], VpcEndpointIds: [endpoint] });
    expect(apiOf(template)['Policy']).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: expect.any(String) as string,
          Effect: 'Allow',
          Principal: { AWS: '*' },
          Action: 'execute-api:Invoke',
          Resource: 'execute-api:/*',
          Condition: { StringEquals: { 'aws:SourceVpce': endpoint } },
        },
      ],
    });
  });

  test('lets its clients to the endpoint, in a group of their own or in a given one', () => {
    const own = bothLanes();
    expect(own.router.clientSecurityGroup?.node.path).toContain('Router');
    const stack = routerStack();
    const network = new SmallNetwork(stack);
    const clientSecurityGroup = new ec2.SecurityGroup(stack, 'Apps', { vpc: network.vpc, allowAllOutbound: false });
    const router = new LlmRouter(stack, 'Router', {
      network,
      clientSecurityGroup,
      models: { fast: { backend: new FakeFleet(network) } },
      routes: [{ name: 'default', to: ['fast'] }],
    });
    expect(router.clientSecurityGroup).toBe(clientSecurityGroup);
    const ingress = Object.values(resourcesOf(Template.fromStack(stack), 'AWS::EC2::SecurityGroupIngress'));
    expect(
      ingress.map(({ Properties }) => [
        Properties?.['FromPort'],
        JSON.stringify(Properties?.['SourceSecurityGroupId']),
      ]),
    ).toContainEqual([443, expect.stringContaining('Apps')]);
  });

  test('says its URLs without private DNS, as clients take them', () => {
    const { stack, router, template, network } = bothLanes({ fronts: [RouterFront.privateApi({ stageName: 'live' })] });
    const endpoint = stack.resolve(network.endpointId('execute-api')) as unknown;
    const stage = Object.keys(resourcesOf(template, 'AWS::ApiGateway::Stage'))[0];
    const url = (path: string): unknown => ({
      'Fn::Join': [
        '',
        [
          'https://',
          { Ref: expect.stringMatching(/^RouterPrivateApi/) as string },
          '-',
          endpoint,
          '.execute-api.us-east-1.',
          { Ref: 'AWS::URLSuffix' },
          '/',
          { Ref: stage },
          path,
        ],
      ],
    });
    expect(stack.resolve(router.url)).toEqual(url('/v1'));
    expect(stack.resolve(router.sealedUrl)).toEqual(url('/sealed/v1'));
  });

  test('of the sealed lane alone answers health there', () => {
    const stack = routerStack();
    const network = new SmallNetwork(stack);
    const router = new LlmRouter(stack, 'Router', {
      network,
      lanes: [RouterLane.SEALED],
      models: { fast: { backend: new FakeFleet(network) } },
      routes: [{ name: 'default', to: ['fast'] }],
    });
    const template = Template.fromStack(stack);
    expect(
      methodsOf(template)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['/health', '/sealed/{proxy+}']);
    expect(router.openFunction).toBeUndefined();
    expect(router.url).toBeUndefined();
    expect(router.sealedUrl).toBeDefined();
  });

  test('takes few resources: a router of two lanes in a network has at most 40 of its own', () => {
    const { template } = bothLanes();
    const own = Object.keys((template.toJSON() as { Resources: object }).Resources).filter((id) =>
      id.startsWith('Router'),
    );
    expect(own.length).toBeLessThanOrEqual(40);
  });
});

describe('a regional API', () => {
  test('has no endpoint and no policy, and needs no network', () => {
    const { template, router } = alone({ fronts: [RouterFront.regionalApi({ requestsPerSecond: 5, burst: 9 })] });
    expect(apiOf(template)['EndpointConfiguration']).toEqual({ Types: ['REGIONAL'] });
    expect(apiOf(template)).not.toHaveProperty('Policy');
    expect(router.api).toBeDefined();
    expect(router.clientSecurityGroup).toBeUndefined();
    template.hasResourceProperties('AWS::ApiGateway::Stage', {
      MethodSettings: [{ ThrottlingRateLimit: 5, ThrottlingBurstLimit: 9 }],
    });
  });

  test('stands beside a private one, whose URL stays the first', () => {
    const { router, stack, template } = bothLanes({ fronts: [RouterFront.privateApi(), RouterFront.regionalApi()] });
    template.resourceCountIs('AWS::ApiGateway::RestApi', 2);
    expect(JSON.stringify(stack.resolve(router.url))).toContain('RouterPrivateApi');
  });
});

describe('function URLs', () => {
  test('stream, ask for an AWS signature, and are the way to a router without a network', () => {
    const { template, router, stack } = alone();
    expect(Object.values(resourcesOf(template, 'AWS::Lambda::Url')).map(({ Properties }) => Properties)).toEqual([
      expect.objectContaining({ AuthType: 'AWS_IAM', InvokeMode: 'RESPONSE_STREAM' }),
    ]);
    template.resourceCountIs('AWS::ApiGateway::RestApi', 0);
    expect(router.api).toBeUndefined();
    expect(stack.resolve(router.url)).toEqual({
      'Fn::Join': ['', [{ 'Fn::GetAtt': [expect.stringMatching(/^RouterOpen/) as string, 'FunctionUrl'] }, 'v1']],
    });
  });

  test('of two lanes are two, each with the path that its function reads', () => {
    const { template, router, stack } = bothLanes({
      fronts: [RouterFront.functionUrl({ auth: lambda.FunctionUrlAuthType.NONE })],
    });
    const urls = Object.values(resourcesOf(template, 'AWS::Lambda::Url'));
    expect(urls.map(({ Properties }) => Properties?.['AuthType'])).toEqual(['NONE', 'NONE']);
    expect(JSON.stringify(stack.resolve(router.sealedUrl))).toContain('"sealed/v1"');
  });

  test('are granted together with the functions behind them', () => {
    const { router } = alone();
    expect(router.grantInvoke(router.openFunction as lambda.IFunction).principalStatement?.actions).toEqual([
      'lambda:InvokeFunction',
      'lambda:InvokeFunctionUrl',
    ]);
  });
});
