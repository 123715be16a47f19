/** One endpoint of the API as callers use it: what the router itself must know of its requests, and how it answers them. */
import type { Endpoint, Protocol } from '../../config/vocabulary';
import type { RouterError } from '../policy/errors';
import type { Dialect } from './dialect';
import type { JsonObject } from './json';
import type { RequestSize } from './request-size';

export interface Ingress {
  readonly endpoint: Endpoint;
  /** Throws `CallerMistake` where the body lacks what the router itself relies on. The rest is the target's to judge. */
  readonly check: (body: JsonObject) => void;
  /** `bodyBytes` is the length of `text`, the body as written, in UTF-8. */
  readonly size: (body: JsonObject, text: string, bodyBytes: number) => RequestSize;
  /** How the conversation begins, which is what keeps it on one replica. */
  readonly beginning: (body: JsonObject) => string;
  /** How a target is asked that speaks the caller's protocol; `null`: it does not, so that only the hub leads there, if at all. */
  readonly passThrough: (target: Spoken) => Dialect | null;
  readonly errors: ErrorShape;
}

/** What a target speaks. */
export interface Spoken {
  readonly protocol: Protocol;
  /** Beside chat completions it speaks OpenAI's Responses. */
  readonly responses: boolean;
}

/** The router's failures in the shape that the endpoint's clients read. */
export interface ErrorShape {
  readonly body: (error: RouterError, requestId: string) => string;
  /** A failure after the stream began. No end that the model did not announce may follow. */
  readonly event: (error: RouterError, requestId: string) => string;
}
