/**
 * The output items of an answer, put together from what happens in it. A whole answer and a streamed one are made here
 * alike, so that the last event of a stream holds what the whole answer would have been.
 *
 * A message or a train of thought ends where another item begins. Calls of tools stay open to the end of the answer: there
 * are engines that write the arguments of several at once.
 */
import type { HubChoiceEvent, HubFinish, HubReasoning } from '../hub';
import type { JsonObject } from '../json';
import { writeThoughtSignature } from '../openai-chat/thought-signature';
import { writeLogprobs } from './logprobs';
import { writeSeal } from './seal';

/** Tells the caller of a change; what it is told of goes on changing, so it must be written down at once. */
export type Tell = (type: string, fields: JsonObject) => void;

type Status = 'in_progress' | 'completed' | 'incomplete';
type PartType = 'output_text' | 'refusal' | 'reasoning_text';
type Part = Record<string, unknown> & { readonly type: PartType };

interface Item {
  readonly type: 'message' | 'reasoning' | 'function_call';
  readonly id: string;
  status: Status;
  readonly content?: Part[];
  arguments?: string;
  encrypted_content?: string;
}

export class Output {
  private readonly all: Item[] = [];
  private readonly open = new Set<Item>();
  private readonly calls = new Map<number, Item>();

  /** @param id of the answer, from which its items have theirs */
  constructor(
    private readonly id: string,
    private readonly tell: Tell = () => undefined,
  ) {}

  get items(): readonly object[] {
    return this.all;
  }

  add(event: HubChoiceEvent): void {
    switch (event.kind) {
      case 'text':
        return this.say('message', { type: 'output_text', text: '', annotations: [], logprobs: [] }, event.text);
      case 'refusal':
        return this.say('message', { type: 'refusal', refusal: '' }, event.text);
      case 'reasoning':
        return this.say('reasoning', { type: 'reasoning_text', text: '' }, event.text);
      case 'sealed_reasoning':
        return this.seal(event.reasoning);
      case 'logprobs':
        return this.addLogprobs(event.tokens);
      case 'tool_call': {
        const { index, id, name, thoughtSignature } = event;
        const sealed = writeThoughtSignature(thoughtSignature);
        const call = this.begin('function_call', 'fc', { call_id: id, name, arguments: '', ...sealed });
        this.calls.set(index, call);
        return;
      }
      case 'tool_arguments': {
        const call = this.calls.get(event.index);
        if (call === undefined) return;
        call.arguments += event.json;
        this.tell('response.function_call_arguments.delta', { ...this.placeOf(call), delta: event.json });
        return;
      }
      case 'finish':
        return this.finish(event.finish);
    }
  }

  /** @param begun the part as it begins, if the last one is of another type */
  private say(type: 'message' | 'reasoning', begun: Part, text: string): void {
    const item = this.current(type) ?? this.beginWithContent(type);
    let part = item.content?.at(-1);
    if (part?.type !== begun.type) {
      this.endPart(item);
      part = begun;
      item.content?.push(part);
      this.tell('response.content_part.added', { ...this.placeInPart(item), part });
    }
    const field = part.type === 'refusal' ? 'refusal' : 'text';
    part[field] = (part[field] as string) + text;
    const more = part.type === 'output_text' ? { logprobs: [] } : {};
    this.tell(`response.${part.type}.delta`, { ...this.placeInPart(item), delta: text, ...more });
  }

  /** What was thought so far is written already; behind its seal another train of thought begins. */
  private seal(reasoning: HubReasoning): void {
    const sealed = writeSeal(reasoning);
    if (sealed === null) return;
    const item = this.current('reasoning') ?? this.beginWithContent('reasoning');
    item.encrypted_content = sealed;
    this.end(item, 'completed');
  }

  /** They come behind the text that they are of. */
  private addLogprobs(tokens: (HubChoiceEvent & { kind: 'logprobs' })['tokens']): void {
    const item = this.current('message');
    const part = item?.content?.at(-1);
    if (item === undefined || part?.type !== 'output_text') return;
    const logprobs = writeLogprobs(tokens);
    (part['logprobs'] as JsonObject[]).push(...logprobs);
    this.tell('response.output_text.delta', { ...this.placeInPart(item), delta: '', logprobs });
  }

  private finish(finish: HubFinish): void {
    const cut = finish === 'length' || finish === 'content_filter';
    for (const item of this.open) this.end(item, cut && item === this.all.at(-1) ? 'incomplete' : 'completed');
  }

  /** The last item, if it is of that type and goes on. */
  private current(type: Item['type']): Item | undefined {
    const last = this.all.at(-1);
    return last?.type === type && this.open.has(last) ? last : undefined;
  }

  /** Thoughts have a summary besides, which is their maker's to write. */
  private beginWithContent(type: 'message' | 'reasoning'): Item {
    return type === 'message'
      ? this.begin(type, 'msg', { role: 'assistant', content: [] })
      : this.begin(type, 'rs', { summary: [], content: [] });
  }

  private begin(type: Item['type'], prefix: string, rest: object): Item {
    for (const item of this.open) if (item.type !== 'function_call') this.end(item, 'completed');
    const id = `${prefix}_${this.id}_${this.all.length}`;
    const item: Item = { type, id, status: 'in_progress', ...rest };
    this.all.push(item);
    this.open.add(item);
    this.tell('response.output_item.added', { output_index: this.indexOf(item), item });
    return item;
  }

  private end(item: Item, status: Status): void {
    this.open.delete(item);
    this.endPart(item);
    if (item.type === 'function_call') {
      const { name, arguments: json } = item as Item & { readonly name?: string };
      this.tell('response.function_call_arguments.done', { ...this.placeOf(item), name, arguments: json });
    }
    item.status = status;
    this.tell('response.output_item.done', { output_index: this.indexOf(item), item });
  }

  private endPart(item: Item): void {
    const part = item.content?.at(-1);
    if (part === undefined) return;
    const { type, annotations: _annotations, ...said } = part;
    this.tell(`response.${type}.done`, { ...this.placeInPart(item), ...said });
    this.tell('response.content_part.done', { ...this.placeInPart(item), part });
  }

  private indexOf(item: Item): number {
    return this.all.lastIndexOf(item);
  }

  private placeOf(item: Item): JsonObject {
    return { item_id: item.id, output_index: this.indexOf(item) };
  }

  private placeInPart(item: Item): JsonObject {
    return { ...this.placeOf(item), content_index: (item.content?.length ?? 1) - 1 };
  }
}
