/** `chat`: asks a router that listens here (`serve`, `connect`) or anywhere, and shows the answer as it comes. */
import { createInterface } from 'node:readline';
import { parseObject } from '../../lib/chat/json';
import { DONE, sseReader } from '../../lib/chat/sse';
import { type Args, type Command, ExitCode, UsageError, text } from './command';

interface Message {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

export const chat: Command = {
  name: 'chat',
  positionals: 1,
  summary: 'asks the router, once or in a conversation',
  usage: `hybrid-llm chat [TEXT] [--url URL] [--key hk_…] [--model NAME]
  TEXT          one question; without it a conversation, which an empty line ends
  --url URL     of serve, connect or a deployment (http://127.0.0.1:8787/v1)
  --key hk_…    else from HYBRID_LLM_KEY
  --model NAME  auto, task:NAME or a name of the config (auto)

The answer goes to standard output, who gave it and what it cost to standard error.`,
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8787/v1' },
    key: { type: 'string' },
    model: { type: 'string', default: 'auto' },
  },
  async run(args) {
    const ask = asker(args);
    const [question] = args.positionals;
    if (question !== undefined) return exitOf(await ask([{ role: 'user', content: question }]));
    return converse(ask);
  },
};

/** Without `text` there was no answer, and why has been said. `refusedWith`: the status of a refusal; an answer may also break off. */
interface Answered {
  readonly text: string | null;
  readonly refusedWith?: number;
}

type Ask = (messages: readonly Message[]) => Promise<Answered>;

/** The input's own mistakes: a body or key that is wrong, a model or path that does not exist, too much of it. */
const INPUTS_FAULT = [400, 401, 404, 405, 413, 422];

const exitOf = ({ text, refusedWith }: Answered): number => {
  if (text !== null) return ExitCode.done;
  return INPUTS_FAULT.includes(refusedWith ?? 0) ? ExitCode.badInput : ExitCode.checkFailed;
};

async function converse(ask: Ask): Promise<number> {
  const lines = createInterface({ input: process.stdin });
  const prompt = (): boolean => process.stderr.write('> ');
  const messages: Message[] = [];
  prompt();
  for await (const line of lines) {
    if (line.trim() === '') break;
    messages.push({ role: 'user', content: line });
    const { text: answer } = await ask(messages);
    // What was not answered is not a part of the conversation.
    if (answer === null) messages.pop();
    else messages.push({ role: 'assistant', content: answer });
    prompt();
  }
  lines.close();
  return ExitCode.done;
}

function asker(args: Args): Ask {
  const key = text(args, 'key') ?? process.env['HYBRID_LLM_KEY'];
  if (key === undefined)
    throw new UsageError('no key: give --key hk_… or set HYBRID_LLM_KEY (`hybrid-llm keys create` makes one)');
  const url = `${(text(args, 'url') ?? '').replace(/\/+$/, '')}/chat/completions`;
  if (!URL.canParse(url))
    throw new UsageError(`--url is \`${text(args, 'url')}\`; it takes a URL such as http://127.0.0.1:8787/v1`);
  return async (messages) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: text(args, 'model'),
        messages,
        stream: true,
        stream_options: { include_usage: true },
      }),
    }).catch((error: unknown) => {
      throw new UsageError(
        `${url} cannot be reached (${reasonOf(error)}); is \`hybrid-llm serve\` or \`connect\` running?`,
      );
    });
    return response.ok ? showStream(response) : showRefusal(response);
  };
}

async function showStream(response: Response): Promise<Answered> {
  let answer = '';
  let failure: string | null = null;
  let costUsd: number | undefined;
  let isWhole = false;
  const reader = sseReader((_, data) => {
    if (data === DONE) isWhole = true;
    const chunk = parseObject(data) as Chunk | null;
    if (chunk?.error !== undefined) failure = chunk.error.message;
    costUsd = chunk?.usage?.cost_usd ?? costUsd;
    const piece = chunk?.choices?.[0]?.delta?.content ?? '';
    answer += piece;
    process.stdout.write(piece);
  });
  for await (const bytes of response.body ?? []) reader.push(bytes as Uint8Array);
  reader.end();
  process.stdout.write('\n');
  const header = (name: string): string => response.headers.get(`x-hybrid-${name}`) ?? '?';
  const cost = costUsd === undefined ? '' : `  $${costUsd}`;
  process.stderr.write(
    `${header('model')} (${header('target')})  class ${header('class')}, ${header('guarantee')}${cost}\n`,
  );
  if (failure === null && isWhole) return { text: answer };
  process.stderr.write(`the answer broke off: ${failure ?? 'the connection ended'}\n`);
  return { text: null };
}

async function showRefusal(response: Response): Promise<Answered> {
  const body = parseObject(await response.text()) as Chunk | null;
  process.stderr.write(`${response.status} ${body?.error?.code ?? ''}: ${body?.error?.message ?? 'no reason given'}\n`);
  return { text: null, refusedWith: response.status };
}

/** What is read of an answer's events and of an error. */
interface Chunk {
  readonly choices?: readonly { readonly delta?: { readonly content?: string | null } }[];
  readonly usage?: { readonly cost_usd?: number } | null;
  readonly error?: { readonly message: string; readonly code?: string };
}

const reasonOf = (error: unknown): string => causeOf(error)?.code ?? causeOf(error)?.message ?? (error as Error).name;

const causeOf = (error: unknown): NodeJS.ErrnoException | undefined =>
  (error as Error).cause as NodeJS.ErrnoException | undefined;
