/** What a request asks of its target, and how large it is, read off its body without its text. */
import { own } from '../plan/own';
import type { RequestNeed } from '../policy/facts';
import { type JsonObject, isObject } from './json';

export interface RequestSize {
  readonly needs: readonly RequestNeed[];
  /** No prompt has more tokens than this: a token is at least one byte. */
  readonly promptTokensMax: number;
  /** What the prompt probably has: four bytes a token. */
  readonly promptTokens: number;
  /** What the caller allows the answer; `null`: not said. */
  readonly maxTokens: number | null;
  /** Answers wanted. */
  readonly choices: number;
}

/** An image, file or sound of the prompt. */
export interface Attachment {
  readonly need: RequestNeed;
  /** Of its data in the body; 0: it is only named. */
  readonly inlineBytes: number;
}

export interface Sized {
  /** The body as written, and its length in UTF-8. */
  readonly text: string;
  readonly bodyBytes: number;
  readonly attachments: readonly Attachment[];
  /** Messages, or what a chat template makes messages of. */
  readonly messages: number;
  readonly needs: readonly RequestNeed[];
  readonly maxTokens: number | null;
  readonly choices?: number;
  /** Texts that are only named, because they are kept elsewhere. */
  readonly storedTexts?: number;
}

/** More than any provider of the catalogue charges for one image at its usual detail. */
const TOKENS_PER_IMAGE = 3_000;
/** What is only named may be as large as the largest context there is. */
const TOKENS_PER_NAMED = 1_000_000;
/** Role markers and separators that a chat template puts around a message. */
const TEMPLATE_TOKENS_PER_MESSAGE = 8;
const BYTES_PER_TOKEN = 4;

export function requestSize(sized: Sized): RequestSize {
  const { text, bodyBytes, attachments, messages, maxTokens, choices = 1, storedTexts = 0 } = sized;
  const images = attachments.filter(({ need }) => need === 'images');
  const files = attachments.filter(({ need }) => need !== 'images');
  // The length of base64 data is no text, and is charged by the piece.
  const textBytes = bodyBytes - bytesOf(images);
  const imageTokens = images.length * TOKENS_PER_IMAGE;
  const named = files.filter(({ inlineBytes }) => inlineBytes === 0).length + storedTexts;
  return {
    needs: [...new Set([...attachments.map(({ need }) => need), ...sized.needs])],
    promptTokensMax: textBytes + imageTokens + named * TOKENS_PER_NAMED + messages * TEMPLATE_TOKENS_PER_MESSAGE,
    promptTokens: Math.ceil((textBytes - bytesOf(files) - escapeBytes(text)) / BYTES_PER_TOKEN) + imageTokens,
    maxTokens,
    choices,
  };
}

const bytesOf = (attachments: readonly Attachment[]): number =>
  attachments.reduce((bytes, { inlineBytes }) => bytes + inlineBytes, 0);

/** `\\u4e16` is six bytes in the body and three in the text. */
const BYTES_SAVED_PER_ESCAPE = 3;

/** About: an escaped backslash before a `u` counts too, so a bound must not lean on it. */
function escapeBytes(text: string): number {
  let escapes = 0;
  for (let at = text.indexOf('\\u'); at !== -1; at = text.indexOf('\\u', at + 2)) escapes += 1;
  return escapes * BYTES_SAVED_PER_ESCAPE;
}

/** Of the parts of a content those that are a need by their type; `inlineBytes` is the protocol's own way to their data. */
export function attachmentsIn(
  parts: readonly unknown[],
  needs: Readonly<Record<string, RequestNeed>>,
  inlineBytes: (part: JsonObject) => number,
): Attachment[] {
  return parts.filter(isObject).flatMap((part) => {
    const need = typeof part['type'] === 'string' ? own(needs, part['type']) : undefined;
    return need === undefined ? [] : [{ need, inlineBytes: inlineBytes(part) }];
  });
}

/** The length of base64 data behind a data: URL; 0: the URL only names it. */
export const dataUrlBytes = (url: unknown): number =>
  typeof url === 'string' && url.startsWith('data:') ? url.length : 0;

export function firstNumber(...values: unknown[]): number | null {
  return values.find((value): value is number => typeof value === 'number') ?? null;
}

/** Any field of a list of tools that has something in it. */
export const offersTools = ({ tools }: JsonObject): boolean => Array.isArray(tools) && tools.length > 0;
