/** Where callers' keys are kept: a file for `serve`, or the table of a deployment. */

export interface KeptKey {
  /** SHA-256 of the key, in hexadecimal. */
  readonly hash: string;
  readonly tenant: string;
  readonly floor: string;
  /** As it was given, or in ISO 8601; `null`: it does not expire. */
  readonly expires: string | number | null;
  /** ISO 8601; `null`: not known. */
  readonly created: string | null;
}

export interface NewKey {
  readonly hash: string;
  readonly tenant: string;
  readonly floor: 'public' | 'internal' | 'restricted' | undefined;
  /** As it was given. */
  readonly expires: string | undefined;
}

/** All of them throw a `UsageError` that says what to do where the place cannot be reached. */
export interface KeyPlace {
  /** For messages, such as "the table acme-keys in us-east-1". */
  readonly name: string;
  /** From when on a key that was taken out no longer works, such as "within a minute". */
  readonly worksUntil: string;
  add(key: NewKey): Promise<void>;
  list(): Promise<readonly KeptKey[]>;
  remove(hash: string): Promise<void>;
}
