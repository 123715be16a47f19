import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { providers } from '../../config/catalog';
import type { BackendBindOptions, BackendBinding, BackendDescription, IModelBackend } from '../backend/i-model-backend';
import { bedrockStatements } from './bedrock-statements';

/** What a provider has signed: with it, internal requests may go there. */
export enum AgreementKind {
  /** Data processing agreement. */
  DPA = 'dpa',
  /** Business associate agreement. */
  BAA = 'baa',
  ZERO_RETENTION = 'zero-retention',
}

export interface Agreement {
  readonly kind: AgreementKind;
  /** Where the contract is filed. */
  readonly reference: string;
}

export interface ClosedProviderProps {
  /** `openai`, `anthropic`, `gemini`, `bedrock`, or a name of your own with `baseUrl` and `protocol`. */
  readonly provider: string;
  /** Holds the provider's key as plain text. @default - none: Bedrock takes none, and neither do engines nearby */
  readonly secret?: secretsmanager.ISecret;
  /** @default - none: public requests only, but for Bedrock and private addresses */
  readonly agreement?: Agreement;
  /** What the provider's own SDK takes: with `/v1` for OpenAI's protocol, without for others. @default - the provider's */
  readonly baseUrl?: string;
  /** `openai`, `anthropic`, `gemini` or `bedrock`. @default - the provider's own */
  readonly protocol?: string;
}

/**
 * Models that somebody else runs: OpenAI, Anthropic, Gemini, Bedrock, or an engine at an address of yours.
 *
 * Creates nothing by itself. Bound to a router it lets that router's open lane, and no other, read the one secret,
 * resolve and reach the provider; for Bedrock it lets it invoke the named models of this region.
 *
 * **Costs** what its tokens cost. Bedrock takes an interface endpoint in a VPC, $7.30 a month and zone, and so does the
 * secret where the VPC has no way out or the stack no region.
 *
 * **Limitations**: a secret's value is never in the template, and must exist before the first request. The sealed lane
 * reaches no provider.
 *
 * ```ts
 * const anthropic = new ClosedProvider({
 *   provider: 'anthropic',
 *   secret: secretsmanager.Secret.fromSecretNameV2(this, 'AnthropicKey', 'acme/anthropic'),
 *   agreement: { kind: AgreementKind.ZERO_RETENTION, reference: 'MSA-2026-14' },
 * });
 * ```
 */
export class ClosedProvider implements IModelBackend {
  readonly description: BackendDescription;

  constructor(private readonly props: ClosedProviderProps) {
    const { provider, secret, agreement, baseUrl, protocol } = props;
    this.description = {
      name: provider,
      provider: {
        secret: secret && logicalName(secret, provider),
        agreementKind: agreement?.kind,
        agreementRef: agreement?.reference,
        baseUrl,
        protocol,
      },
    };
  }

  bind(options: BackendBindOptions): BackendBinding {
    const { function: handler, network, connections, models } = options;
    const { provider, secret, baseUrl } = this.props;
    const { region } = Stack.of(handler);
    network?.allowDomains(...this.hosts(region));
    if (provider === BEDROCK) {
      for (const statement of bedrockStatements(Stack.of(handler), models)) handler.addToRolePolicy(statement);
      if (baseUrl === undefined && connections !== undefined) network?.admit('bedrock-runtime', connections);
    }
    if (secret === undefined) return {};
    grantValue(secret, handler);
    if (network !== undefined && connections !== undefined) {
      // A way out reaches Secrets Manager as it is, if its name is known: an endpoint would cost the more.
      const byWayOut = network.egress && !Token.isUnresolved(region) && !network.hasEndpoint('secretsmanager');
      if (byWayOut) network.allowDomains(secretsManager(region));
      else network.admit('secretsmanager', connections);
    }
    return { secret };
  }

  /** Names to resolve; none where the address is written out. */
  private hosts(region: string): string[] {
    const { provider, baseUrl } = this.props;
    if (baseUrl === undefined) {
      const known = providers.find((row) => row.provider === provider)?.baseUrl;
      return known === undefined ? [] : [new URL(known.replace('{region}', REGION)).hostname.replace(REGION, region)];
    }
    const { hostname } = new URL(baseUrl);
    return isLiteralAddress(hostname) ? [] : [hostname];
  }
}

const BEDROCK = 'bedrock';
/** Stands for a region while an address is read: one known at deploy only would not survive that. */
const REGION = 'of-the-stack';

const secretsManager = (region: string): string =>
  `secretsmanager.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

const isLiteralAddress = (hostname: string): boolean => hostname.startsWith('[') || /^[\d.]+$/.test(hostname);

/** The secret's own name where it is known at synth. */
function logicalName({ secretName }: secretsmanager.ISecret, provider: string): string {
  return Token.isUnresolved(secretName) ? provider : secretName;
}

/** Narrower than the secret's own `grantRead`, which lets its description be read too. */
function grantValue(secret: secretsmanager.ISecret, grantee: iam.IGrantable): void {
  iam.Grant.addToPrincipal({
    grantee,
    actions: ['secretsmanager:GetSecretValue'],
    // An ARN made from a name lacks the six characters that Secrets Manager adds.
    resourceArns: [secret.secretFullArn ?? `${secret.secretArn}-??????`],
  });
  secret.encryptionKey?.grant(grantee, 'kms:Decrypt');
}
