/**
 * What makes a Response and a stream of one valid, by OpenAI's schema and that of OpenResponses where the two agree: each
 * function says what is wrong, nothing if all is well.
 */
import { isDeepStrictEqual } from 'node:util';

type Json = Readonly<Record<string, unknown>>;

type Kind = 'string' | 'number' | 'boolean' | 'array' | 'object' | 'null';

const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : value === undefined ? 'nothing' : typeof value;

function mistyped(at: string, object: Json, fields: Readonly<Record<string, readonly Kind[]>>): string[] {
  return Object.entries(fields).flatMap(([name, kinds]) =>
    (kinds as readonly string[]).includes(kindOf(object[name])) ? [] : [`${at}.${name} is ${kindOf(object[name])}`],
  );
}

const RESPONSE: Readonly<Record<string, readonly Kind[]>> = {
  id: ['string'],
  object: ['string'],
  created_at: ['number'],
  completed_at: ['number', 'null'],
  status: ['string'],
  incomplete_details: ['object', 'null'],
  model: ['string'],
  previous_response_id: ['string', 'null'],
  instructions: ['string', 'null'],
  output: ['array'],
  error: ['object', 'null'],
  tools: ['array'],
  tool_choice: ['string', 'object'],
  truncation: ['string'],
  parallel_tool_calls: ['boolean'],
  text: ['object'],
  top_p: ['number'],
  presence_penalty: ['number'],
  frequency_penalty: ['number'],
  top_logprobs: ['number'],
  temperature: ['number'],
  reasoning: ['object', 'null'],
  usage: ['object', 'null'],
  max_output_tokens: ['number', 'null'],
  max_tool_calls: ['number', 'null'],
  store: ['boolean'],
  background: ['boolean'],
  service_tier: ['string'],
  metadata: ['object'],
  safety_identifier: ['string', 'null'],
  prompt_cache_key: ['string', 'null'],
};

const ITEMS: Readonly<Record<string, Readonly<Record<string, readonly Kind[]>>>> = {
  message: { id: ['string'], status: ['string'], role: ['string'], content: ['array'] },
  reasoning: { id: ['string'], summary: ['array'], content: ['array'] },
  function_call: { id: ['string'], status: ['string'], call_id: ['string'], name: ['string'], arguments: ['string'] },
};

const PARTS: Readonly<Record<string, Readonly<Record<string, readonly Kind[]>>>> = {
  output_text: { text: ['string'], annotations: ['array'], logprobs: ['array'] },
  refusal: { refusal: ['string'] },
  reasoning_text: { text: ['string'] },
};

const TOOL: Readonly<Record<string, readonly Kind[]>> = {
  type: ['string'],
  name: ['string'],
  description: ['string', 'null'],
  parameters: ['object', 'null'],
  strict: ['boolean', 'null'],
};

/** A test's own realm: `structuredClone` makes objects of another. */
const copyOf = (value: Json): Record<string, unknown> => JSON.parse(JSON.stringify(value)) as Record<string, unknown>;

const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : []);

export function wrongInItem(item: Json, at = 'item'): string[] {
  const fields = ITEMS[String(item['type'])];
  if (fields === undefined) return [`${at} has the type ${String(item['type'])}`];
  const parts = list(item['content']).flatMap((part, index) => {
    const known = PARTS[String(part['type'])];
    const inPart = `${at}.content[${index}]`;
    return known === undefined ? [`${inPart} has the type ${String(part['type'])}`] : mistyped(inPart, part, known);
  });
  return [...mistyped(at, item, fields), ...parts];
}

export function wrongInResponse(response: Json): string[] {
  const { usage, output, tools, text } = response;
  return [
    ...mistyped('response', response, RESPONSE),
    ...(response['object'] === 'response' ? [] : ['it is no response']),
    ...list(output).flatMap((item, index) => wrongInItem(item, `output[${index}]`)),
    ...list(tools).flatMap((tool, index) => mistyped(`tools[${index}]`, tool, TOOL)),
    ...mistyped('text', text as Json, { format: ['object'] }),
    ...(usage === null
      ? []
      : mistyped('usage', usage as Json, {
          input_tokens: ['number'],
          output_tokens: ['number'],
          total_tokens: ['number'],
          input_tokens_details: ['object'],
          output_tokens_details: ['object'],
        })),
  ];
}

const TERMINAL = ['response.completed', 'response.incomplete', 'response.failed'];

/** `events` by their data, up to where the stream broke off or ended. */
export class StreamCheck {
  readonly wrong: string[] = [];
  /** Items as the events built them. */
  readonly items: Record<string, unknown>[] = [];
  final: Json | null = null;
  private readonly done = new Set<number>();
  /** Parts that were ended. */
  private readonly endedParts = new Set<object>();
  private expected = 0;

  constructor(events: readonly string[]) {
    const told = events.filter((data) => data !== '[DONE]').map((data) => JSON.parse(data) as Json);
    for (const event of told) this.take(event);
    const [first, second] = told;
    if (first?.['type'] !== 'response.created') this.wrong.push('the first event is not response.created');
    if (second !== undefined && second['type'] !== 'response.in_progress') this.wrong.push('nothing is in progress');
    if (this.final !== null && told.at(-1)?.['response'] !== this.final) this.wrong.push('there are events behind it');
    if ((this.final !== null) !== (events.at(-1) === '[DONE]')) this.wrong.push('the end is announced once only');
  }

  private take(event: Json): void {
    const type = String(event['type']);
    if (event['sequence_number'] !== this.expected) this.wrong.push(`${type} is not number ${this.expected}`);
    this.expected += 1;
    if (event['response'] !== undefined) return this.takeResponse(type, event['response'] as Json);
    if (type === 'error') return;
    const index = event['output_index'] as number;
    if (this.done.has(index)) this.wrong.push(`${type} comes behind the end of item ${index}`);
    if (type === 'response.output_item.added') return this.begin(index, event['item'] as Json);
    const item = this.items[index];
    if (item === undefined) return void this.wrong.push(`${type} is of an item that was not added`);
    if (type === 'response.output_item.done') return this.end(index, item, event['item'] as Json);
    if (event['item_id'] !== item['id']) this.wrong.push(`${type} names another item`);
    this.change(type, item, event);
  }

  private takeResponse(type: string, response: Json): void {
    this.wrong.push(...wrongInResponse(response).map((one) => `${type}: ${one}`));
    if (!TERMINAL.includes(type)) {
      if (response['status'] !== 'in_progress') this.wrong.push(`${type} is ${String(response['status'])}`);
      return;
    }
    this.final = response;
    if (type !== `response.${String(response['status'])}`) this.wrong.push(`${type}: ${String(response['status'])}`);
    if (!isDeepStrictEqual(response['output'], this.items)) this.wrong.push('the output is not what was told before');
    if (this.done.size < this.items.length) this.wrong.push('an item was not ended');
  }

  private begin(index: number, item: Json): void {
    if (index !== this.items.length) this.wrong.push(`item ${index} is the ${this.items.length}th`);
    if (item['status'] !== 'in_progress') this.wrong.push('an item is over before it began');
    if (list(item['content']).length > 0 || (item['arguments'] ?? '') !== '') this.wrong.push('an item begins filled');
    this.wrong.push(...wrongInItem(item));
    this.items.push(copyOf(item));
  }

  private end(index: number, item: Record<string, unknown>, said: Json): void {
    item['status'] = said['status'];
    // No event tells of a seal but the one that ends the item.
    if (said['encrypted_content'] !== undefined) item['encrypted_content'] = said['encrypted_content'];
    if (said['status'] === 'in_progress') this.wrong.push('an item goes on behind its end');
    if (!isDeepStrictEqual(item, said)) this.wrong.push(`item ${index} ends as another`);
    this.partsEnded(list(item['content']));
    this.done.add(index);
  }

  private partsEnded(content: readonly object[]): void {
    if (!content.every((part) => this.endedParts.has(part))) this.wrong.push('a part was not ended');
  }

  private change(type: string, item: Record<string, unknown>, event: Json): void {
    const [, what, how] = type.split('.');
    if (what === 'function_call_arguments') {
      if (how === 'delta') item['arguments'] = String(item['arguments']) + String(event['delta']);
      else if (event['arguments'] !== item['arguments'] || event['name'] !== item['name']) {
        this.wrong.push('the arguments end as others');
      }
      return;
    }
    const content = item['content'] as Record<string, unknown>[];
    const at = event['content_index'] as number;
    if (type === 'response.content_part.added') {
      if (at !== content.length) this.wrong.push(`part ${at} is the ${content.length}th`);
      this.partsEnded(content);
      content.push(copyOf(event['part'] as Json));
      return;
    }
    const part = content[at];
    if (part === undefined || at !== content.length - 1) return void this.wrong.push(`${type} is of another part`);
    if (type === 'response.content_part.done') {
      if (!isDeepStrictEqual(part, event['part'])) this.wrong.push(`part ${at} ends as another`);
      this.endedParts.add(part);
      return;
    }
    if (part['type'] !== what) return void this.wrong.push(`${type} in a part of type ${String(part['type'])}`);
    const field = what === 'refusal' ? 'refusal' : 'text';
    if (how === 'delta') {
      part[field] = String(part[field]) + String(event['delta']);
      if (Array.isArray(event['logprobs'])) (part['logprobs'] as unknown[]).push(...(event['logprobs'] as unknown[]));
      else if (what === 'output_text') this.wrong.push('a delta has no logprobs');
    } else if (event[field] !== part[field]) this.wrong.push(`${type} is another text`);
  }
}
