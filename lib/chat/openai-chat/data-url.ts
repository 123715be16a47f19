/** The media type and the payload of a data: URL. */
import { refuse } from './mistakes';

/** No pattern over the whole URL: it may be megabytes long. */
export function readDataUrl(url: string, at: string): { mediaType: string; base64: string } {
  const comma = url.indexOf(',');
  const head = /^data:([^;,]+)(?:;[^;,]+)*;base64$/i.exec(url.slice(0, Math.max(comma, 0)));
  if (head?.[1] === undefined) refuse(at, 'a data: URL with a media type and base64 data', url);
  return { mediaType: head[1].toLowerCase(), base64: url.slice(comma + 1) };
}
