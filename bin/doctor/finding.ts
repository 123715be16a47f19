/** What `doctor` says of an account. */

export type DoctorFinding = Good | ToDo;

interface Good {
  readonly status: 'ok';
  /** What was looked at, such as a secret's name. */
  readonly about: string;
  readonly found: string;
}

interface ToDo {
  /**
   * `failed`: the deployment will not work, or not as the config says. `warning`: it will, with a drawback.
   * `unseen`: nobody knows, so that it does not count as good.
   */
  readonly status: 'failed' | 'warning' | 'unseen';
  readonly about: string;
  readonly found: string;
  /** A command, a place in the console, or a permission to give. */
  readonly fix: string;
}

export const ok = (about: string, found: string): DoctorFinding => ({ status: 'ok', about, found });
export const failed = (about: string, found: string, fix: string): DoctorFinding => ({
  status: 'failed',
  about,
  found,
  fix,
});
export const warning = (about: string, found: string, fix: string): DoctorFinding => ({
  status: 'warning',
  about,
  found,
  fix,
});
export const unseen = (about: string, found: string, fix: string): DoctorFinding => ({
  status: 'unseen',
  about,
  found,
  fix,
});
