/** POST /v1/chat/completions. */
import { completionId, isDropped, now, outputs, sendStream, usage, type Call } from './answer';
import { AnswerParser, type Delta } from './answer-parser';
import type { FinishReason, Output } from './engine';
import { badRequest } from './errors';
import { chatLogprobs } from './logprobs';
import { renderChat } from './model';
import { number, readRequest, type CompletionRequest, type Json, type Served } from './request';
import { sendJson } from './wire';

interface ChatRequest extends CompletionRequest {
  readonly role: string;
  readonly tools: boolean;
  /** A tool the caller insists on: its call finishes with "stop". */
  readonly namedTool: boolean;
  /** How many alternatives; undefined if no log probabilities were asked for. */
  readonly logprobs: number | undefined;
}

export async function chatCompletions(call: Call, body: Json, served: Served): Promise<void> {
  const request = readChatRequest(body, served);
  const frame = { id: completionId('chatcmpl', call.exchange), created: now(), model: request.model };
  if (request.stream) await streamed(call, request, frame);
  else await whole(call, request, frame);
}

/** The ids a chat is rendered to, as /tokenize tells them too. */
export function chatPromptIds(body: Json): number[] {
  const messages = body['messages'];
  if (!Array.isArray(messages)) throw badRequest("1 validation error: ('body', 'messages'): Field required");
  const continueFinalMessage = body['continue_final_message'] === true;
  const addGenerationPrompt = body['add_generation_prompt'] !== false;
  if (continueFinalMessage && addGenerationPrompt) {
    throw badRequest('Cannot set both `continue_final_message` and `add_generation_prompt` to True.');
  }
  return renderChat({
    messages: messages as Json[],
    ...(offersTools(body) ? { tools: body['tools'] as unknown[] } : {}),
    addGenerationPrompt,
    continueFinalMessage,
  });
}

const offersTools = (body: Json): boolean => Array.isArray(body['tools']) && body['tool_choice'] !== 'none';

function readChatRequest(body: Json, served: Served): ChatRequest {
  const promptIds = chatPromptIds(body);
  const messages = body['messages'] as Json[];
  return {
    ...readRequest(body, served, promptIds),
    role: body['add_generation_prompt'] === false ? (messages.at(-1)?.['role'] as string) : 'assistant',
    tools: offersTools(body),
    namedTool: typeof body['tool_choice'] === 'object' && body['tool_choice'] !== null,
    logprobs: body['logprobs'] === true ? (number(body['top_logprobs']) ?? 0) : undefined,
  };
}

interface Frame {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

const parsers = ({ generation, tools }: ChatRequest): AnswerParser[] =>
  Array.from(
    { length: generation.choices },
    () => new AnswerParser({ tools, piecemeal: tools || generation.stop.length > 0 }),
  );

function finishReason(output: { finishReason: FinishReason | null }, parser: AnswerParser, request: ChatRequest) {
  return output.finishReason === 'stop' && parser.toolCalls > 0 && !request.namedTool
    ? 'tool_calls'
    : output.finishReason;
}

async function streamed(call: Call, request: ChatRequest, frame: Frame): Promise<void> {
  const prompt = request.generation.promptIds;
  const parsed = parsers(request);
  const tokens = parsed.map(() => 0);
  const all = (): number => tokens.reduce((sum, count) => sum + count, 0);
  const chunk = (choices: readonly unknown[], more: Json = {}): Json => ({
    id: frame.id,
    object: 'chat.completion.chunk',
    created: frame.created,
    model: frame.model,
    choices,
    ...more,
  });

  async function* chunks(): AsyncGenerator<Json, void, undefined> {
    let first = true;
    for await (const output of outputs(call, request)) {
      if (first) {
        const head = {
          prompt_token_ids: request.returnTokenIds ? prompt : null,
          ...(request.continuousUsage ? { usage: usage(prompt.length, 0) } : {}),
        };
        for (const [index] of parsed.entries()) {
          const delta = { role: request.role, content: '' };
          yield chunk([{ index, delta, logprobs: null, finish_reason: null }], head);
        }
        first = false;
      }
      const parser = parsed[output.choice];
      if (parser === undefined || isDropped(output, call.settings, tokens[output.choice] ?? 0)) continue;
      tokens[output.choice] = (tokens[output.choice] ?? 0) + output.tokenIds.length;
      const delta = parser.push(output.text, output.finishReason !== null);
      const worthTelling = request.returnTokenIds || request.logprobs !== undefined || output.finishReason !== null;
      if (delta === undefined && !worthTelling) continue;
      yield chunk(
        [streamChoice(output, delta ?? {}, parser, request)],
        request.continuousUsage ? { usage: usage(prompt.length, tokens[output.choice] ?? 0) } : {},
      );
    }
  }

  await sendStream(call, chunks(), () =>
    request.includeUsage ? chunk([], { usage: usage(prompt.length, all()) }) : undefined,
  );
}

function streamChoice(output: Output, delta: Delta, parser: AnswerParser, request: ChatRequest): Json {
  return {
    index: output.choice,
    delta,
    logprobs: request.logprobs === undefined ? null : chatLogprobs(output.tokenIds, request.logprobs),
    finish_reason: finishReason(output, parser, request),
    ...(output.finishReason === null ? {} : { stop_reason: output.stopReason }),
    token_ids: request.returnTokenIds ? output.tokenIds : null,
  };
}

async function whole(call: Call, request: ChatRequest, frame: Frame): Promise<void> {
  const prompt = request.generation.promptIds;
  const answers = parsers(request).map((parser) => ({
    parser,
    text: '',
    ids: [] as number[],
    last: undefined as Output | undefined,
  }));
  for await (const output of outputs(call, request)) {
    const answer = answers[output.choice];
    if (answer === undefined) continue;
    answer.text += output.text;
    answer.ids.push(...output.tokenIds);
    answer.last = output;
  }
  if (call.exchange.gone.aborted) return;
  const choices = answers.map(({ parser, text, ids, last }, index) => {
    const { content, reasoning, tool_calls: calls = [] } = parser.push(text, true) ?? {};
    return {
      index,
      message: {
        role: request.role,
        content: content ?? (calls.length > 0 ? null : ''),
        refusal: null,
        annotations: null,
        audio: null,
        function_call: null,
        tool_calls: calls.map(({ id, type, function: called }) => ({ id, type, function: called })),
        reasoning: reasoning ?? null,
      },
      logprobs: request.logprobs === undefined ? null : chatLogprobs(ids, request.logprobs),
      finish_reason: finishReason({ finishReason: last?.finishReason ?? 'stop' }, parser, request),
      stop_reason: last?.stopReason ?? null,
      token_ids: request.returnTokenIds ? ids : null,
    };
  });
  sendJson(call.exchange.response, 200, {
    id: frame.id,
    object: 'chat.completion',
    created: frame.created,
    model: frame.model,
    choices,
    service_tier: null,
    system_fingerprint: null,
    usage: usage(
      prompt.length,
      answers.reduce((sum, { ids }) => sum + ids.length, 0),
    ),
    prompt_logprobs: null,
    prompt_token_ids: request.returnTokenIds ? prompt : null,
    kv_transfer_params: null,
  });
}
