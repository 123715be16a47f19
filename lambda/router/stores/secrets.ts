/** Keys of the providers, by the secrets' logical names. They go into requests to their provider and nowhere else. */
import type { Bindings } from '../../../lib/plan/bind';
import { own } from '../../../lib/plan/own';
import { keyOfSecret } from '../../../lib/plan/secret-value';
import { type ReportFailure, errorName } from '../../../lib/records/table-failure';
import type { GetSecret } from '../../aws/secrets';
import { Cached, type Lifetimes } from './cached';
import type { SecretStore } from './stores';

/** A key is rotated rarely; the old one works for some time after, and it is all there is while the service fails. */
const LIFETIMES: Lifetimes = { refreshAfterMs: 240_000, waitAfterMs: 300_000, uselessAfterMs: Infinity };
/** Somebody may be about to write it. */
const NOTHING_IN_IT: Lifetimes = { refreshAfterMs: 10_000, waitAfterMs: 10_000, uselessAfterMs: 10_000 };

/** Keys in clear, as on a developer's machine. */
export const givenSecrets = (keys: Readonly<Record<string, string>>): SecretStore => ({
  find: (secret) => own(keys, secret),
});

export interface ManagedSecretsOptions {
  readonly arns: Bindings['secretArns'];
  readonly getSecret: GetSecret;
  readonly nowMs: () => number;
  readonly report: ReportFailure;
}

/** Keys in Secrets Manager, read when they are first needed and again every few minutes. */
export function managedSecrets({ arns, getSecret, nowMs, report }: ManagedSecretsOptions): SecretStore {
  const read = async (arn: string): Promise<string | null> => keyOfSecret((await getSecret(arn)) ?? '');
  const kept = new Map(
    Object.entries(arns).map(([secret, arn]) => [
      secret,
      new Cached(
        () => read(arn),
        (key) => (key === null ? NOTHING_IN_IT : LIFETIMES),
        nowMs,
      ),
    ]),
  );
  return {
    find: async (secret) => {
      try {
        return (await kept.get(secret)?.get()) ?? undefined;
      } catch (error) {
        report({ table: 'secrets', operation: 'read', error: errorName(error), detail: { secret } });
        return undefined;
      }
    },
  };
}
