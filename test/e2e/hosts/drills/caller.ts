/** What a client of the router asks, and what it has in the end. */
import { WORDS } from '../../../support/fake-vllm/tokenizer';
import { KEY } from '../../../support/router';

/** What every request is answered, to its last word: each is a token. */
export const ANSWER = Array.from({ length: 60 }, (_, at) => WORDS[at % WORDS.length]).join(' ');

/** `whole`: the full text and an end that the model said; `honest`: else an error that says so. */
export interface Got {
  readonly status: number;
  readonly text: string;
  readonly whole: boolean;
  readonly honest: boolean;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** Of a connection that breaks a client has nothing, and no reason either. */
const NOTHING: Got = { status: 0, text: '', whole: false, honest: false, error: null };

let asked = 0;

/** `url`: with `/v1`. Each question is another one, so that questions spread over the replicas. */
export async function ask(url: string, stream: boolean): Promise<Got> {
  asked += 1;
  try {
    const response = await fetch(`${url}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'fast', stream, messages: [{ role: 'user', content: `question ${asked}` }] }),
    });
    const body = await response.text();
    return stream && response.status === 200 ? streamed(body) : answered(response.status, body);
  } catch {
    return NOTHING;
  }
}

/** How many got the whole text, how many were told honestly that they did not, and how many neither. */
export async function counted(asked: readonly Promise<Got>[]): Promise<Record<'whole' | 'told' | 'lost', number>> {
  const got = await Promise.all(asked);
  const whole = got.filter((one) => one.whole).length;
  const told = got.filter((one) => !one.whole && one.honest).length;
  return { whole, told, lost: got.length - whole - told };
}

interface Body {
  readonly error?: { readonly code: string; readonly message: string };
  readonly choices?: readonly {
    readonly finish_reason?: string | null;
    readonly message?: { readonly content: string };
    readonly delta?: { readonly content?: string };
  }[];
}

function answered(status: number, body: string): Got {
  const { error, choices } = JSON.parse(body) as Body;
  const text = choices?.[0]?.message?.content ?? '';
  const whole = status === 200 && text === ANSWER && choices?.[0]?.finish_reason === 'stop';
  return { status, text, whole, honest: whole || (status >= 400 && error !== undefined), error: error ?? null };
}

function streamed(body: string): Got {
  const events = body.split('\n\n').flatMap((event) => (event.startsWith('data: ') ? [event.slice(6)] : []));
  const done = events.includes('[DONE]');
  const chunks = events.filter((event) => event !== '[DONE]').map((event) => JSON.parse(event) as Body);
  const text = chunks.map(({ choices }) => choices?.[0]?.delta?.content ?? '').join('');
  const finished = chunks.some(({ choices }) => choices?.[0]?.finish_reason === 'stop');
  const error = chunks.find((chunk) => chunk.error !== undefined)?.error ?? null;
  const whole = text === ANSWER && finished && done && error === null;
  // What it has is the beginning of the answer, and neither an end nor a reason to stop is made up.
  const brokenOff = error !== null && !done && !finished && ANSWER.startsWith(text);
  return { status: 200, text, whole, honest: whole || brokenOff, error };
}
