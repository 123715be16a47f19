/**
 * POST /v1/completions: the model's raw text, without reasoning or tool parsers. A prompt of ids is taken as it is, so
 * an answer that another replica began goes on where its ids stop. Not here: several prompts in one request, `echo`.
 */
import { completionId, isDropped, now, outputs, sendStream, usage, type Call } from './answer';
import type { Output } from './engine';
import { badRequest } from './errors';
import { completionLogprobs } from './logprobs';
import { promptIds } from './model';
import { number, readRequest, type Json, type Served } from './request';
import { sendJson } from './wire';

export async function completions(call: Call, body: Json, served: Served): Promise<void> {
  if (typeof body['suffix'] === 'string') throw badRequest('suffix is not currently supported');
  const request = readRequest(body, served, completionPromptIds(body['prompt']));
  const logprobs = number(body['logprobs']);
  const prompt = request.generation.promptIds;
  const frame = {
    id: completionId('cmpl', call.exchange),
    object: 'text_completion',
    created: now(),
    model: request.model,
  };
  const sent = Array.from({ length: request.generation.choices }, () => ({
    text: '',
    ids: [] as number[],
    last: undefined as Output | undefined,
  }));
  const tokens = (): number => sent.reduce((sum, { ids }) => sum + ids.length, 0);

  async function* chunks(): AsyncGenerator<Json, void, undefined> {
    for await (const output of outputs(call, request)) {
      const choice = sent[output.choice];
      if (choice === undefined) continue;
      const first = choice.ids.length === 0;
      if (isDropped(output, call.settings, choice.ids.length)) continue;
      const { choice: index, tokenIds, text, finishReason, stopReason } = output;
      const told = {
        index,
        text,
        logprobs: logprobs === undefined ? null : completionLogprobs(tokenIds, logprobs, choice.text.length),
        finish_reason: finishReason,
        stop_reason: stopReason,
        prompt_token_ids: first && request.returnTokenIds ? prompt : null,
        token_ids: request.returnTokenIds ? tokenIds : null,
      };
      choice.text += text;
      choice.ids.push(...tokenIds);
      choice.last = output;
      const soFar = request.continuousUsage ? { usage: usage(prompt.length, choice.ids.length) } : {};
      yield { ...frame, choices: [told], ...soFar };
    }
  }

  if (request.stream) {
    const lastChunk = (): unknown => ({ ...frame, choices: [], usage: usage(prompt.length, tokens()) });
    await sendStream(call, chunks(), () => (request.includeUsage ? lastChunk() : undefined));
    return;
  }
  for await (const output of outputs(call, request)) {
    const choice = sent[output.choice];
    if (choice === undefined) continue;
    choice.text += output.text;
    choice.ids.push(...output.tokenIds);
    choice.last = output;
  }
  if (call.exchange.gone.aborted) return;
  sendJson(call.exchange.response, 200, {
    ...frame,
    choices: sent.map(({ text, ids, last }, index) => ({
      index,
      text,
      logprobs: logprobs === undefined ? null : completionLogprobs(ids, logprobs, 0),
      finish_reason: last?.finishReason ?? 'stop',
      stop_reason: last?.stopReason ?? null,
      token_ids: request.returnTokenIds ? ids : null,
      prompt_logprobs: null,
      prompt_token_ids: request.returnTokenIds ? prompt : null,
    })),
    service_tier: null,
    system_fingerprint: null,
    usage: usage(prompt.length, tokens()),
    kv_transfer_params: null,
  });
}

/** A text, a list of ids, or a list of one of either. */
function completionPromptIds(prompt: unknown): number[] {
  if (typeof prompt === 'string') return promptIds(prompt);
  if (Array.isArray(prompt) && prompt.length > 0) {
    if (prompt.every((id) => typeof id === 'number')) return prompt;
    if (prompt.length === 1) return completionPromptIds(prompt[0]);
    throw badRequest('this fake takes one prompt in a request');
  }
  throw badRequest("1 validation error: ('body', 'prompt'): Field required");
}
