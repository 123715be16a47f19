/** Whether an endpoint's policy lets an action pass, as far as it can be told without knowing who asks for what. */

/** `narrowed`: under a condition, for some resources or for some principals. */
export type Answer = 'yes' | 'narrowed' | 'no';

interface Statement {
  readonly Effect?: string;
  readonly Principal?: unknown;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: unknown;
}

export function lets(policy: string, action: string): Answer {
  const statements = statementsOf(policy).filter((statement) => concerns(statement, action));
  const denies = statements.filter(({ Effect }) => Effect === 'Deny');
  const allows = statements.filter(({ Effect }) => Effect === 'Allow');
  if (allows.length === 0 || denies.some(isWhole)) return 'no';
  return denies.length === 0 && allows.some(isWhole) ? 'yes' : 'narrowed';
}

/** Says something of everybody and everything. */
const isWhole = ({ Principal, Resource, Condition }: Statement): boolean =>
  Condition === undefined &&
  listOf(Resource).includes('*') &&
  (Principal === '*' ||
    (typeof Principal === 'object' && Principal !== null && 'AWS' in Principal && Principal.AWS === '*'));

function concerns({ Action, NotAction }: Statement, action: string): boolean {
  if (NotAction !== undefined) return !listOf(NotAction).some((pattern) => covers(pattern, action));
  return listOf(Action).some((pattern) => covers(pattern, action));
}

function covers(pattern: string, action: string): boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${escaped}$`, 'i').test(action);
}

/** One that cannot be read lets nothing pass. */
function statementsOf(policy: string): readonly Statement[] {
  try {
    const { Statement } = JSON.parse(policy) as { Statement?: Statement | readonly Statement[] };
    return listOf(Statement);
  } catch {
    return [];
  }
}

const listOf = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : ([] as T[]).concat(value as T);
