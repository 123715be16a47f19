/** Every text of a request and where it stands: what detectors look at. */

export interface TextAt {
  /** Like `messages[2].content[0].text`. A name that the caller made up is `*`: it is the caller's text itself. */
  readonly where: string;
  readonly text: string;
}

/**
 * Every string of a JSON body, keys as well as values, whatever the field; parts of one list also joined, since a number
 * may be cut between them. Throws on a body that is nested too deep or holds too much to decode.
 */
export function collectTexts(body: unknown): TextAt[] {
  const texts: TextAt[] = [];
  collect(body, '', 0, texts);
  return texts;
}

const MAX_LEVELS = 100;
/** A card number may be a JSON number; shorter ones are parameters and token ids, which come by the million. */
const LONG_NUMBER = 1_000_000;

function collect(value: unknown, where: string, level: number, texts: TextAt[]): void {
  if (typeof value === 'string') addText(value, where, texts);
  else if (typeof value === 'number' && Math.abs(value) >= LONG_NUMBER) texts.push({ where, text: String(value) });
  else if (typeof value === 'object' && value !== null) {
    if (level >= MAX_LEVELS) throw new Error(`the body is nested deeper than ${MAX_LEVELS} levels`);
    if (Array.isArray(value)) collectList(value, where, level, texts);
    else collectObject(value as Readonly<Record<string, unknown>>, where, level, texts);
  }
}

function collectList(list: readonly unknown[], where: string, level: number, texts: TextAt[]): void {
  const parts: string[] = [];
  for (const [index, item] of list.entries()) {
    if (typeof item === 'number' && Math.abs(item) < LONG_NUMBER) continue;
    collect(item, `${where}[${index}]`, level + 1, texts);
    const part = typeof item === 'object' && item !== null && 'text' in item ? item.text : item;
    if (typeof part === 'string') parts.push(part);
  }
  if (parts.length > 1) addText(parts.join(''), where, texts);
}

function collectObject(object: Readonly<Record<string, unknown>>, where: string, level: number, texts: TextAt[]): void {
  const mediaType = payloadType(object);
  for (const key of Object.keys(object)) {
    const name = API_NAMES.has(key) ? key : '*';
    const here = where === '' ? name : `${where}.${name}`;
    const value = object[key];
    texts.push({ where: here, text: key });
    if (key === 'data' && mediaType !== null && typeof value === 'string') {
      addText(`data:${mediaType};base64,${value}`, here, texts);
    } else collect(value, here, level + 1, texts);
  }
}

/** The text without the long payloads of its data URLs, and what those say where they are text. */
function addText(text: string, where: string, texts: TextAt[]): void {
  if (!text.includes(';base64,')) {
    texts.push({ where, text });
    return;
  }
  const decoded: string[] = [];
  let rest = '';
  let from = 0;
  for (const { index, 0: head, 1: mediaType = '' } of text.matchAll(DATA_URL_HEAD)) {
    if (index < from) continue;
    const start = index + head.length;
    const end = endOfPayload(text, start);
    const payload = text.slice(start, end);
    const content = BINARY.test(mediaType) ? '' : decodeBase64(payload);
    if (content !== null && content !== '') decoded.push(content);
    const isLeftOut = content !== null && payload.length >= SHORTEST_LEFT_OUT;
    rest += text.slice(from, isLeftOut ? start : end);
    from = end;
  }
  for (const each of [rest + text.slice(from), ...decoded]) texts.push({ where, text: each });
}

/** Repetitions are bounded, so time is linear. */
const DATA_URL_HEAD = /data:([\w.+/-]{0,100})(?:;[\w=."-]{1,100}){0,5};base64,/gi;

/** A search for the first character that is none of base64: matching megabytes of those that are needs a stack as large. */
function endOfPayload(text: string, start: number): number {
  const found = text.slice(start).search(/[^\w+/=-]/);
  return found === -1 ? text.length : start + found;
}

/** What holds no text that can be read without understanding its format. SVG is text. */
const BINARY = /^(?:image\/(?!svg)|audio\/|video\/|font\/|application\/pdf$)/i;
/** Shorter payloads are looked at as they stand, too: a number that only claims to be base64 is one of them. */
const SHORTEST_LEFT_OUT = 64;
const MOST_DECODED = 16 * 1024 * 1024;

const UTF_8 = new TextDecoder();

/** `null`: it is not base64. Of what is not UTF-8 the ASCII is seen. */
function decodeBase64(payload: string): string | null {
  if (payload.length > MOST_DECODED) throw new Error('a data URL is too large to be looked into');
  try {
    const bytes = atob(payload.replaceAll('-', '+').replaceAll('_', '/'));
    return UTF_8.decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
  } catch {
    return null;
  }
}

/** The media type of an object that carries base64 in `data`, as Anthropic, Gemini and OpenAI's audio do. */
function payloadType(object: Readonly<Record<string, unknown>>): string | null {
  if (typeof object['data'] !== 'string' || object['type'] === 'text') return null;
  const type = object['media_type'] ?? object['mimeType'] ?? object['mime_type'];
  if (typeof type === 'string') return type;
  const format = object['format'];
  return typeof format === 'string' && AUDIO_FORMATS.has(format) ? `audio/${format}` : null;
}

const AUDIO_FORMATS = new Set(['wav', 'mp3', 'flac', 'opus', 'ogg', 'aac', 'm4a', 'pcm16']);

/** Names of the APIs' own fields, the only ones that `where` repeats: it goes into answers and records. */
const API_NAMES = new Set(
  (
    'additionalProperties allOf anyOf arguments audio cache_control call_id citations const content contents ' +
    'context data default definitions description detail document documents encoding_format enum examples file ' +
    'file_data file_id file_url fileData filename fileUri format function functionCall functionDeclarations ' +
    'functionResponse id image image_url inline_data inlineData input input_audio input_schema instructions items ' +
    'json_schema logit_bias max_completion_tokens max_tokens media_type messages metadata mime_type mimeType model ' +
    'name oneOf output parallel_tool_calls parameters parts pattern prediction prompt properties reasoning ' +
    'reasoning_content reasoning_effort refusal required response_format role safety_identifier schema sensitivity ' +
    'session source stop stop_sequences store stream stream_options strict suffix summary system systemInstruction ' +
    'task temperature text thinking title tool_call_id tool_calls tool_choice tool_use_id tools top_p type url user ' +
    'user_id ' +
    // Anthropic's Messages
    'allowed_callers allowed_domains authorization_token blocked_domains budget_tokens cited_text container ' +
    'context_management disable_parallel_tool_use display edits effort enabled inference_geo input_examples ' +
    'is_error max_uses mcp_servers output_config output_format service_tier signature speed tool_name top_k ttl ' +
    'user_location ' +
    // Of OpenAI's Responses API alone.
    'action allowed_tools annotations authorization code command container conversation diff encrypted_content headers ' +
    'include max_output_tokens namespace previous_response_id prompt_cache_key queries query results ' +
    'server_description server_label server_url status stderr stdout truncation variables'
  ).split(' '),
);
