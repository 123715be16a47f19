/** A licence with conditions is accepted by its name in the config. */
import type { Config } from '../../config/schema';

export const WITHOUT_CONDITIONS: readonly string[] = ['apache-2.0', 'mit'];

export const isLicenceAccepted = (id: string, { accept }: Config['licences']): boolean =>
  WITHOUT_CONDITIONS.includes(id) || accept.includes(id);
