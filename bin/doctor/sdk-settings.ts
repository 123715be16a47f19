/** How every client of `doctor` calls, and what an answer means that says "no such thing". */
import { awsLogin } from '../commands/aws-login';

export interface Settings {
  readonly region: string;
  readonly credentials: () => Promise<Credentials>;
  readonly maxAttempts: number;
  readonly requestHandler: { readonly connectionTimeout: number; readonly requestTimeout: number };
}

type Credentials = Awaited<ReturnType<Awaited<ReturnType<typeof awsLogin>>>>;

export async function settingsFor(region: string): Promise<Settings> {
  const login = await awsLogin();
  let found: Promise<Credentials> | undefined;
  return {
    region,
    // Looked for once: without any, the chain waits for a machine's own at each call.
    credentials: () => (found ??= Promise.resolve().then(login)),
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 20_000 },
  };
}

/** `null` for an error of one of the names. */
export async function ifThere<T>(names: readonly string[], ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Error && names.includes(error.name)) return null;
    throw error;
  }
}
