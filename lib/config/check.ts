/** What a check is: a pure function from a config to what is wrong with it. Lines are added by `parse`. */
import type { Config } from '../../config/schema';
import type { RouterPlan } from '../plan/types';
import type { Finding } from './findings';

export type CheckFinding = Omit<Finding, 'line' | 'column'>;

/** Runs on every config whose shape is right. */
export type Check = (config: Config) => readonly CheckFinding[];

/** Runs on what the config means; every name in it leads somewhere. */
export type PlanCheck = (config: Config, plan: RouterPlan) => readonly CheckFinding[];

type Said = Omit<CheckFinding, 'severity'>;

export const error = (said: Said): CheckFinding => ({ severity: 'error', ...said });
export const warning = (said: Said): CheckFinding => ({ severity: 'warning', ...said });
