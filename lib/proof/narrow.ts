/**
 * Whether a statement of an endpoint's policy keeps what passes inside this account. Who asks does not matter: a role of
 * this account can write to a stranger's bucket. What is asked does.
 */
import { type Arn, arnOf } from './arn';
import type { Assembly } from './assembly';
import type { Condition, Statement } from './policy-document';
import type { StackTemplate } from './template';

/** Why it does not; `null`: it does. */
export function leak(assembly: Assembly, statement: Statement, stack: StackTemplate): string | null {
  if (!statement.allows) return null;
  const name = statement.sid === null ? 'a statement without a Sid' : `the statement ${statement.sid}`;
  if (statement.negations.length > 0) {
    return `${name} says what is left out (${statement.negations.join(', ')}) and lets the rest in`;
  }
  if (statement.conditions.some((condition) => confines(condition, stack))) return null;
  const foreign = statement.resources.filter((resource) => !isOwn(assembly, resource, stack));
  if (statement.resources.length > 0 && foreign.every((resource) => isReadOfAws(statement, resource))) return null;
  const where = foreign.join(', ') || 'no named resource';
  return `${name} allows ${statement.actions.join(', ') || 'every action'} on ${where}, in whatever account that is`;
}

const ACCOUNT_KEYS = ['aws:resourceaccount', 's3:resourceaccount'];
export const ORGANISATION_KEYS = ['aws:resourceorgid', 'aws:resourceorgpaths'];

/** Operators under which a request without the key is refused; `…IfExists` and `ForAllValues:…` let it pass. */
const STRICT = /^(ForAnyValue:)?String(Equals|EqualsIgnoreCase|Like)$/;

function confines({ operator, key, values }: Condition, stack: StackTemplate): boolean {
  if (!STRICT.test(operator) || values.length === 0) return false;
  if (ACCOUNT_KEYS.includes(key)) return values.every((value) => isThisAccount(value, stack));
  return ORGANISATION_KEYS.includes(key) && values.every((value) => /^o-[a-z0-9]+(\/|$)/.test(value));
}

const isThisAccount = (value: string, { account }: StackTemplate): boolean =>
  value === '${AWS::AccountId}' || (account !== null && value === account);

function isOwn(assembly: Assembly, resource: string, stack: StackTemplate): boolean {
  const named = nameIn(resource);
  if (named !== null) return isMade(assembly, named, ({ attribute }, type) => isArn(type, attribute));
  const arn = arnOf(resource);
  if (arn === null) return false;
  if (isThisAccount(arn.account, stack)) return true;
  const bucket = arn.service === 's3' ? nameIn(arn.resource) : null;
  return bucket !== null && isMade(assembly, bucket, ({ attribute }, type) => attribute === '' && type === BUCKET);
}

interface Named {
  readonly logicalId: string;
  /** Empty: `Ref`. */
  readonly attribute: string;
}

/** A resource of these templates at the start: of `${Bucket.Arn}/*`, and of the name in `arn:aws:s3:::${Bucket}/*`. */
function nameIn(text: string): Named | null {
  const match = /^\$\{([A-Za-z0-9]+)(?:\.([^}]+))?\}(?:\/|$)/.exec(text);
  return match?.[1] === undefined ? null : { logicalId: match[1], attribute: match[2] ?? '' };
}

/** The text says no longer which template it is from: whatever has this logical id in any of them has to fit. */
function isMade(assembly: Assembly, named: Named, fits: (named: Named, type: string) => boolean): boolean {
  const made = assembly.resources.filter(({ logicalId }) => logicalId === named.logicalId);
  return made.length > 0 && made.every(({ type }) => fits(named, type));
}

const BUCKET = 'AWS::S3::Bucket';

/** Kinds whose `Ref` is their ARN. */
const REF_IS_ARN = ['AWS::SNS::Topic', 'AWS::SecretsManager::Secret', 'AWS::StepFunctions::StateMachine'];

/** Are made here and stand before what may be in another account. */
const FRONTS = ['AWS::S3::AccessPoint', 'AWS::S3::MultiRegionAccessPoint', 'AWS::S3ObjectLambda::AccessPoint'];

const isArn = (type: string, attribute: string): boolean =>
  attribute === '' ? REF_IS_ARN.includes(type) : /Arn$/.test(attribute) && !FRONTS.includes(type);

const REGION = '(\\$\\{AWS::Region\\}|[a-z]{2}(-[a-z]+)+-\\d)';
const BUCKETS_OF_AWS = new RegExp(`^(al2023-repos-${REGION}-de612dc2|prod-${REGION}-starport-layer-bucket)/\\*$`);

/**
 * What hosts read that AWS keeps in accounts of its own: packages of Amazon Linux, layers of container images, and the
 * images of one registry, named by its account. Sources: Amazon Linux 2023 user guide, "Updating without internet access";
 * Amazon ECR user guide, "Minimum Amazon S3 bucket permissions for Amazon ECR".
 */
const READ_OF_AWS: readonly { readonly covers: (resource: string) => boolean; readonly actions: readonly string[] }[] =
  [
    {
      covers: (resource) => ofService(resource, 's3', ({ resource }) => BUCKETS_OF_AWS.test(resource)),
      actions: ['s3:GetObject'],
    },
    {
      covers: (resource) =>
        ofService(resource, 'ecr', (arn) => /^\d{12}$/.test(arn.account) && arn.resource.startsWith('repository/')),
      actions: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'],
    },
    // Names no resource and carries nothing but the caller's own identity.
    { covers: (resource) => resource === '*', actions: ['ecr:GetAuthorizationToken'] },
  ];

const isReadOfAws = ({ actions }: Statement, resource: string): boolean =>
  actions.length > 0 &&
  READ_OF_AWS.some((own) => own.covers(resource) && actions.every((action) => own.actions.includes(action)));

function ofService(resource: string, service: string, holds: (arn: Arn) => boolean): boolean {
  const arn = arnOf(resource);
  return arn !== null && arn.service === service && holds(arn);
}
