/** All checks, in the order in which they are told. */
import type { DoctorCheck } from '../check';
import { bedrockAccess } from './bedrock-access';
import { bootstrap } from './bootstrap';
import { endpoints } from './endpoints';
import { engineImageExists } from './engine-image';
import { lambdaConcurrency } from './lambda-concurrency';
import { licences } from './licences';
import { lock } from './lock';
import { machineImage } from './machine-image';
import { quotas } from './quotas';
import { secrets } from './secrets';
import { spotRole } from './spot-role';
import { spotScore } from './spot-score';
import { zones } from './zones';

export const CHECKS: readonly DoctorCheck[] = [
  lock,
  bootstrap,
  quotas,
  zones,
  spotScore,
  spotRole,
  machineImage,
  engineImageExists,
  endpoints,
  lambdaConcurrency,
  secrets,
  bedrockAccess,
  licences,
];
