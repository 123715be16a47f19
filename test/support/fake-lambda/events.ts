/** The events with which API Gateway and function URLs call a function. */

export interface EventOptions {
  /** @default 'GET', or 'POST' if there is a body */
  readonly method?: string;
  /** With the query, without the stage. @default '/' */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes are sent base64-encoded, text as it is, anything else as JSON. */
  readonly body?: unknown;
}

/** What API Gateway's REST API hands to a proxy integration (payload version 1). */
export function restApiEvent({ stage = 'prod', ...options }: EventOptions & { readonly stage?: string } = {}) {
  const { method, url, headers, body, isBase64Encoded } = read(options);
  const query = Object.fromEntries(url.searchParams);
  const multiValueQuery = Object.fromEntries(Object.keys(query).map((name) => [name, url.searchParams.getAll(name)]));
  return {
    resource: '/{proxy+}',
    path: url.pathname,
    httpMethod: method,
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters: Object.keys(query).length === 0 ? null : query,
    multiValueQueryStringParameters: Object.keys(query).length === 0 ? null : multiValueQuery,
    pathParameters: { proxy: url.pathname.slice(1) },
    stageVariables: null,
    requestContext: {
      accountId: '000000000000',
      apiId: 'fakeapi',
      domainName: 'fakeapi-vpce-0.execute-api.us-east-1.amazonaws.com',
      domainPrefix: 'fakeapi-vpce-0',
      extendedRequestId: 'fake=',
      httpMethod: method,
      identity: { sourceIp: '10.0.0.1', userAgent: headers['user-agent'] ?? null },
      // Here the stage is part of the path.
      path: `/${stage}${url.pathname}`,
      protocol: 'HTTP/1.1',
      requestId: '00000000-0000-4000-8000-000000000001',
      requestTimeEpoch: 1_795_000_000_000,
      resourceId: 'fake',
      resourcePath: '/{proxy+}',
      stage,
    },
    body,
    isBase64Encoded,
  };
}

/** What a function URL hands over (payload version 2). */
export function functionUrlEvent(options: EventOptions = {}) {
  const { method, url, headers, body, isBase64Encoded } = read(options);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    headers: lowerCased(headers),
    ...(url.search === '' ? {} : { queryStringParameters: Object.fromEntries(url.searchParams) }),
    requestContext: {
      accountId: 'anonymous',
      apiId: 'fakeurl',
      domainName: 'fakeurl.lambda-url.us-east-1.on.aws',
      domainPrefix: 'fakeurl',
      http: {
        method,
        path: url.pathname,
        protocol: 'HTTP/1.1',
        sourceIp: '10.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: '00000000-0000-4000-8000-000000000002',
      routeKey: '$default',
      stage: '$default',
      timeEpoch: 1_795_000_000_000,
    },
    ...(body === null ? {} : { body }),
    isBase64Encoded,
  };
}

function read({ method, path = '/', headers = {}, body }: EventOptions) {
  const isBytes = body instanceof Uint8Array;
  const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
  return {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    url: new URL(path, 'http://fake'),
    headers,
    body: isBytes ? Buffer.from(body).toString('base64') : text,
    isBase64Encoded: isBytes,
  };
}

export const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
