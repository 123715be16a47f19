/**
 * vCPU quotas hold every replica of every fleet twice: one that is at risk is replaced before it goes. A fleet counts
 * its largest pool, for whichever is free may be launched.
 */
import { instances } from '../../../config/catalog';
import { type CatalogQuota, instanceQuota } from '../../../config/catalog/quotas';
import { type DoctorCheck, type HostedFleet, purchasesOf } from '../check';
import { type DoctorFinding, failed, ok, unseen } from '../finding';
import { look } from '../look';
import { raiseQuota } from '../raise-quota';

const PERMISSIONS = ['servicequotas:GetServiceQuota', 'servicequotas:GetAWSDefaultServiceQuota'];
/** The old one drains while the new one boots. */
const REPLACEMENT = 2;

export const quotas: DoctorCheck = {
  name: 'quotas',
  looksAt: 'vCPU quotas of the instance families, on spot and on demand, against twice what the fleets may launch',
  permissions: PERMISSIONS,
  remedy: '`aws service-quotas request-service-quota-increase …`; AWS takes hours to days',
  run: async ({ config: { region }, fleets }, account) => {
    const needs = needsOf(fleets);
    const found = await Promise.all(
      needs.known.map(async ({ quota, code, vcpus }): Promise<DoctorFinding> => {
        const about = `${quota.name} (${code})`;
        const looked = await look(about, PERMISSIONS.join(' and '), () => account.quotas.quota(quota.service, code));
        if ('unseen' in looked) return looked.unseen;
        const has = looked.seen ?? 0;
        const said = `${has} vCPUs, ${vcpus} needed: the largest pool × replicas × ${REPLACEMENT}`;
        return has >= vcpus ? ok(about, said) : failed(about, said, raiseQuota(quota.service, code, vcpus, region));
      }),
    );
    return [...found, ...needs.unknown];
  },
};

interface Need {
  readonly quota: CatalogQuota;
  readonly code: string;
  readonly vcpus: number;
}

export interface Needs {
  readonly known: readonly Need[];
  readonly unknown: readonly DoctorFinding[];
}

/** vCPUs by quota, over all fleets. */
export function needsOf(fleets: readonly HostedFleet[]): Needs {
  const known = new Map<string, Need>();
  const unknown = new Map<string, DoctorFinding>();
  for (const { fleet, choice } of fleets) {
    for (const purchase of purchasesOf(fleet)) {
      const largest = new Map<string, Need>();
      for (const type of choice.instanceTypes) {
        const quota = instanceQuota(type, purchase);
        const vcpu = instances.find(({ instanceType }) => instanceType === type)?.vcpu;
        const code = quota?.code;
        if (quota === undefined || code === undefined || code === null || vcpu === undefined) {
          const about = `${type}, ${purchase}`;
          const why = vcpu === undefined ? 'its vCPUs are not in the catalogue' : (quota?.missing ?? 'no such quota');
          unknown.set(about, unseen(about, why, CONSOLE));
        } else if (vcpu > (largest.get(code)?.vcpus ?? 0)) largest.set(code, { quota, code, vcpus: vcpu });
      }
      for (const [code, { quota, vcpus }] of largest) {
        const before = known.get(code)?.vcpus ?? 0;
        known.set(code, { quota, code, vcpus: before + vcpus * fleet.replicas.max * REPLACEMENT });
      }
    }
  }
  return { known: [...known.values()], unknown: [...unknown.values()] };
}

const CONSOLE = 'look in the console: Service Quotas → AWS services → Amazon EC2';
