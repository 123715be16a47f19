/** Requests to a target that knows its callers by their AWS role. */
import type { Credentials } from '../../aws/credentials';
import { signedHeaders } from '../../aws/signature';
import { type Post, placeOf } from './http';

export interface Signing {
  readonly service: string;
  readonly region: string;
  /** As they are now: those of a role change while a process runs. */
  readonly credentials: Credentials;
}

/** What is signed is what goes out: the path with that of the base URL before it, and the headers as they are. */
export function signedPost(post: Post, { service, region, credentials }: Signing): Post {
  const { host, path } = placeOf(post.origin);
  const place = { service, region, method: 'POST', host, path: path + post.path };
  // The host goes out anyway.
  const { host: _, ...headers } = signedHeaders(
    { ...place, headers: { ...post.headers, host }, body: post.body },
    credentials,
  );
  return { ...post, headers };
}
