/** The parts of a message or of a tool's result into the hub, one for one. */
import type { HubPart } from '../hub';
import { type JsonObject, isObject } from '../json';
import { readDataUrl } from '../openai-chat/data-url';
import { isGiven, refuse, unsupported } from '../openai-chat/mistakes';

type ReadPart = (part: JsonObject, at: string) => HubPart;
export type PartReaders = Readonly<Record<string, ReadPart>>;

const text: ReadPart = ({ text: said }, at) => {
  if (typeof said !== 'string') refuse(`${at}.text`, 'a string', said);
  return { kind: 'text', text: said };
};

/** `text` and `output_text` too: clients send back what they got, whoever said it. */
export const TEXT_ONLY: PartReaders = { input_text: text, output_text: text, text };

/** What an assistant can have said. */
export const ANSWER: PartReaders = {
  ...TEXT_ONLY,
  refusal: ({ refusal }, at) => {
    if (typeof refusal !== 'string') refuse(`${at}.refusal`, 'a string', refusal);
    return { kind: 'text', text: refusal };
  },
};

/** What a user or a tool can show. */
export const ANY: PartReaders = {
  ...TEXT_ONLY,
  input_image: readImage,
  input_file: readFile,
  input_audio: (_part, at) => unsupported(`${at}.type`, 'audio cannot be translated for this target'),
};

export function readContent(content: unknown, at: string, readers: PartReaders): HubPart[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  if (!Array.isArray(content)) refuse(at, 'a string or an array of parts', content);
  return content.map((part: unknown, index) => {
    const place = `${at}[${index}]`;
    if (!isObject(part)) refuse(place, 'an object', part);
    const type = part['type'];
    const read = typeof type === 'string' && Object.hasOwn(readers, type) ? readers[type] : undefined;
    if (read === undefined) refuse(`${place}.type`, `one of ${Object.keys(readers).join(', ')}`, type);
    return read(part, place);
  });
}

const UPLOADED = 'an uploaded file is known to one provider only; send the data itself';

function readImage({ image_url: url, file_id: id }: JsonObject, at: string): HubPart {
  if (isGiven(id)) unsupported(`${at}.file_id`, UPLOADED);
  if (typeof url !== 'string') refuse(`${at}.image_url`, 'a URL', url);
  if (/^https?:\/\//i.test(url)) return { kind: 'image', source: { url } };
  return { kind: 'image', source: readDataUrl(url, `${at}.image_url`) };
}

function readFile({ file_data: data, file_id: id, file_url: url, filename }: JsonObject, at: string): HubPart {
  if (isGiven(id)) unsupported(`${at}.file_id`, UPLOADED);
  if (isGiven(url)) unsupported(`${at}.file_url`, 'the router fetches no files; send `file_data`');
  if (typeof data !== 'string') refuse(`${at}.file_data`, 'a data: URL', data);
  const name = typeof filename === 'string' ? filename : null;
  return { kind: 'file', name, ...readDataUrl(data, `${at}.file_data`) };
}
