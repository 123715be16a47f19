/**
 * The signature of a tool call in the place that Google's own OpenAI-compatible endpoint gives it, so that clients which
 * send a tool call back as they got it send the signature too.
 * Source: https://ai.google.dev/gemini-api/docs/thought-signatures
 */
import { type JsonObject, isObject } from '../json';

export function readThoughtSignature({ extra_content: extra }: JsonObject): string | null {
  const google = isObject(extra) ? extra['google'] : null;
  const signature = isObject(google) ? google['thought_signature'] : null;
  return typeof signature === 'string' && signature !== '' ? signature : null;
}

export function writeThoughtSignature(signature: string | undefined): JsonObject {
  return signature === undefined ? {} : { extra_content: { google: { thought_signature: signature } } };
}
