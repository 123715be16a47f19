/** A question to AWS that may not be answered: then it is said to be unseen, with what would let it be seen. */
import { awsFault } from '../commands/aws-mistake';
import { type DoctorFinding, unseen } from './finding';

export type Looked<T> = { readonly seen: T } | { readonly unseen: DoctorFinding };

/** `permission`: the IAM actions of the question. Faults that are ours are thrown. */
export async function look<T>(about: string, permission: string, ask: () => Promise<T>): Promise<Looked<T>> {
  try {
    return { seen: await ask() };
  } catch (error) {
    return { unseen: unseenBy(error, about, permission) };
  }
}

function unseenBy(error: unknown, about: string, permission: string): DoctorFinding {
  const fault = awsFault(error);
  if (fault === null) throw error;
  switch (fault.kind) {
    case 'no-credentials':
      return unseen(about, 'no AWS credentials', 'log in (`aws sso login`, `aws configure`) or set AWS_PROFILE');
    case 'not-taken':
      return unseen(about, `AWS does not take these credentials (${fault.name})`, 'log in again');
    case 'denied':
      return unseen(about, 'access denied', `needs permission ${permission}`);
    case 'no-way':
      return unseen(
        about,
        `AWS cannot be reached (${fault.name})`,
        'look at your network and proxy, then run it again',
      );
    case 'refused':
      return unseen(about, `AWS answers ${fault.name}: ${fault.message}`, `run it again; it needs ${permission}`);
  }
}
