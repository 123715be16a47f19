import type * as lambda from 'aws-cdk-lib/aws-lambda';

/** Limits of an API's stage. Every tenant has limits of its own beside these. */
export interface ApiFrontOptions {
  /** Requests per second that API Gateway lets through. @default 500 */
  readonly requestsPerSecond?: number;
  /** Requests at once, before the rate holds. @default 1000, an account's usual number of function environments */
  readonly burst?: number;
  /** Name of the stage, the first part of the URL's path. @default 'prod' */
  readonly stageName?: string;
}

export interface FunctionUrlOptions {
  /** `NONE`: whoever has a key of the router, without an AWS signature. @default FunctionUrlAuthType.AWS_IAM */
  readonly auth?: lambda.FunctionUrlAuthType;
}

/** @internal */
export type FrontKind = 'private-api' | 'regional-api' | 'function-url';

/** The ways to a router. */
export class RouterFront {
  /**
   * A REST API that is reached inside the VPC only, through the `execute-api` endpoint. Streams up to 15 minutes.
   * Costs $3.50 per million requests, and $7.30 a month for the endpoint in each zone.
   */
  static privateApi(options: ApiFrontOptions = {}): RouterFront {
    return new RouterFront('private-api', options);
  }

  /** The same API on the internet, held by the router's keys alone. Costs $3.50 per million requests. */
  static regionalApi(options: ApiFrontOptions = {}): RouterFront {
    return new RouterFront('regional-api', options);
  }

  /** A URL of each lane's function on the internet. Costs nothing beside the function. */
  static functionUrl(options: FunctionUrlOptions = {}): RouterFront {
    return new RouterFront('function-url', options);
  }

  /** @internal */
  readonly _kind: FrontKind;
  /** @internal */
  readonly _options: ApiFrontOptions & FunctionUrlOptions;

  private constructor(kind: FrontKind, options: ApiFrontOptions & FunctionUrlOptions) {
    this._kind = kind;
    this._options = options;
  }
}
