/** All checks: that names lead somewhere, that values fit each other, and what the policy then means. */
import type { Check, PlanCheck } from '../check';
import { allowOrder } from './allow-order';
import { baseUrlClearText } from './base-url-clear-text';
import { baseUrlCredentials } from './base-url-credentials';
import { baseUrlForm } from './base-url-form';
import { budgetStages } from './budget-stages';
import { classWithoutTarget } from './class-without-target';
import { customDetectors } from './custom-detectors';
import { duplicateName } from './duplicate-name';
import { egress } from './egress';
import { embedFallback } from './embed-fallback';
import { expectNames } from './expect-names';
import { fallbackLoop } from './fallback-loop';
import { fallbackModels } from './fallback-models';
import { fleetContext } from './fleet-context';
import { fleetKind } from './fleet-kind';
import { fleetModel } from './fleet-model';
import { forbiddenTarget } from './forbidden-target';
import { idleTarget } from './idle-target';
import { instanceTypes } from './instance-types';
import { lanes } from './lanes';
import { lastRoute } from './last-route';
import { licenceAccepted } from './licence-accepted';
import { licenceUse } from './licence-use';
import { modelProtocol } from './model-protocol';
import { modelTarget } from './model-target';
import { priceKnown } from './price-known';
import { providerKnown } from './provider-known';
import { providerSecret } from './provider-secret';
import { replicaAddress } from './replica-addresses';
import { replicasRange } from './replicas-range';
import { reservedName } from './reserved-name';
import { routeModels } from './route-models';
import { scheduleTimes } from './schedule-times';
import { secretValue } from './secret-value';
import { setAndCap } from './set-and-cap';
import { tenantModels } from './tenant-models';
import { unknownAdapter } from './unknown-adapter';
import { unknownFleet } from './unknown-fleet';
import { unknownProvider } from './unknown-provider';
import { unmatchableRoute } from './unmatchable-route';
import { upstreamModel } from './upstream-model';
import { whenTenants } from './when-tenants';
import { zones } from './zones';

/** What a plan is made from: `compile` relies on these. */
export const nameChecks: readonly Check[] = [
  modelTarget,
  modelProtocol,
  unknownFleet,
  unknownProvider,
  unknownAdapter,
  upstreamModel,
  reservedName,
  routeModels,
  fallbackModels,
  providerKnown,
];

/** What can be said of any config. */
export const valueChecks: readonly Check[] = [
  tenantModels,
  expectNames,
  whenTenants,
  fallbackLoop,
  duplicateName,
  lastRoute,
  allowOrder,
  providerSecret,
  secretValue,
  baseUrlCredentials,
  baseUrlClearText,
  baseUrlForm,
  replicaAddress,
  fleetModel,
  fleetContext,
  fleetKind,
  instanceTypes,
  licenceAccepted,
  licenceUse,
  replicasRange,
  scheduleTimes,
  lanes,
  egress,
  zones,
  budgetStages,
  customDetectors,
  setAndCap,
];

/** What the policy means, once every name leads somewhere. */
export const planChecks: readonly PlanCheck[] = [
  unmatchableRoute,
  forbiddenTarget,
  idleTarget,
  classWithoutTarget,
  embedFallback,
  priceKnown,
];
