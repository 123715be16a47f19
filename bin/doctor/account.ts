/**
 * What `doctor` asks of an account, in the words of the checks. All of it reads. What is not there is `null`; a call that
 * fails throws whatever the SDK throws.
 */

export interface Account {
  readonly quotas: Quotas;
  readonly functions: Functions;
  readonly hosts: Hosts;
  readonly network: Network;
  readonly bedrock: BedrockModels;
  readonly secrets: Secrets;
  readonly registry: Registry;
  readonly parameters: Parameters;
  readonly roles: Roles;
}

export interface Quotas {
  /** What the account has now, or the default where it never asked for more. */
  quota(service: string, code: string): Promise<number | null>;
}

export interface Functions {
  concurrency(): Promise<{ readonly limit: number; readonly unreserved: number }>;
}

export interface Offering {
  readonly instanceType: string;
  readonly zone: string;
}

export interface Hosts {
  /** Zones of the region in which each of the types is on offer at all. */
  offerings(instanceTypes: readonly string[]): Promise<readonly Offering[]>;
  /** 1 to 10; `null`: AWS gives none for the region. */
  spotScore(instanceTypes: readonly string[], hosts: number): Promise<number | null>;
  /** State of a machine image, such as `available`. */
  imageState(amiId: string): Promise<string | null>;
}

export interface VpcEndpoint {
  readonly id: string;
  /** As AWS names it: `com.amazonaws.us-east-1.ecr.api`. */
  readonly serviceName: string;
  readonly type: string;
  readonly state: string;
  readonly privateDns: boolean;
  /** As JSON. */
  readonly policy: string;
}

export interface Network {
  vpc(vpcId: string): Promise<{ readonly dnsSupport: boolean; readonly dnsHostnames: boolean } | null>;
  subnetZones(vpcId: string): Promise<readonly string[]>;
  endpoints(vpcId: string): Promise<readonly VpcEndpoint[]>;
}

export interface BedrockModels {
  access(modelId: string): Promise<ModelAccess | null>;
}

export interface ModelAccess {
  /** The region has the model. */
  readonly region: boolean;
  /** The provider's terms were agreed to. */
  readonly agreement: boolean;
  /** The account may have it. */
  readonly entitlement: boolean;
  /** This login may use it. */
  readonly authorization: boolean;
}

export interface Secrets {
  /** Never its value. */
  secret(name: string): Promise<{ readonly isDeleted: boolean; readonly hasValue: boolean } | null>;
}

export interface Registry {
  /** @param reference a digest (`sha256:…`) or a tag */
  hasImage(account: string, repository: string, reference: string): Promise<boolean>;
}

export interface Parameters {
  parameter(name: string): Promise<string | null>;
}

export interface Roles {
  hasRole(name: string): Promise<boolean>;
}
