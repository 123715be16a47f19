/** Each request holds one function environment until its answer has ended: the account must have enough of them free. */
import { functionConcurrency } from '../../../config/catalog/quotas';
import type { Config } from '../../../config/schema';
import type { DoctorCheck } from '../check';
import { failed, ok, warning } from '../finding';
import { look } from '../look';
import { raiseQuota } from '../raise-quota';

const PERMISSION = 'lambda:GetAccountSettings';
/** Below it a handful of chats is all, whatever the config says. AWS itself keeps so many unreserved. */
const FEW = 100;
/** Of most accounts. Source: AWS Lambda quotas. */
const USUAL = 1000;
/** Mean time that an answer takes. Source: 500 tokens of Qwen3-32B take about 24 s (llm-d issue 1653). */
const ANSWER_SECONDS = 24;

export const lambdaConcurrency: DoctorCheck = {
  name: 'lambda-concurrency',
  looksAt: "the account's unreserved Lambda concurrency against the requests that fleets and tenants may have at once",
  permissions: [PERMISSION],
  remedy: '`aws service-quotas request-service-quota-increase …`, or lower what other functions reserve',
  run: async ({ config }, { functions }) => {
    const about = 'unreserved Lambda concurrency';
    const looked = await look(about, PERMISSION, () => functions.concurrency());
    if ('unseen' in looked) return [looked.unseen];
    const { limit, unreserved } = looked.seen;
    const need = requestsAtOnce(config);
    const raise = raiseQuota(
      functionConcurrency.service,
      functionConcurrency.code ?? '',
      Math.max(USUAL, need + limit - unreserved),
      config.region,
    );
    const has = `${unreserved} of ${limit}`;
    if (unreserved < need) return [failed(about, `${has}, ${need} needed`, raise)];
    if (unreserved < FEW) return [warning(about, `${has}: no more than ${unreserved} answers at a time`, raise)];
    return [ok(about, need === 0 ? has : `${has}, ${need} needed`)];
  },
};

/**
 * Sequences that all replicas hold together, or what the tenants' rates come to by Little's law, whichever is more.
 * 0: neither says anything.
 */
export function requestsAtOnce({ fleets, tenants }: Pick<Config, 'fleets' | 'tenants'>): number {
  const seats = Object.values(fleets).map(
    ({ concurrency, replicas, endpoints }) => concurrency * (endpoints?.length ?? replicas.max),
  );
  const perMinute = Object.values(tenants).map(({ requestsPerMinute }) => requestsPerMinute ?? 0);
  return Math.max(sum(seats), Math.ceil((sum(perMinute) / 60) * ANSWER_SECONDS));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
