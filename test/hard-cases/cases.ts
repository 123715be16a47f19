/**
 * The hard cases of a router between protocols, and what two others did with them when they were measured. A case that
 * was not measured says nothing of anybody.
 */

export const MEASURED = {
  on: '2026-11-21',
  portkey: 'Portkey gateway 1.15.2',
  litellm: 'LiteLLM 1.81.9 (snapshot of 2026-03-11)',
} as const;

export interface HardCase {
  readonly id: string;
  readonly what: string;
  /** `ok`, `not measured`, or `fails: …`; other words where a result is neither. */
  readonly portkey: string;
  readonly litellm: string;
}

export interface Section {
  readonly letter: string;
  readonly title: string;
  readonly cases: readonly HardCase[];
}

const NOT = 'not measured';

type Row = readonly [what: string, portkey?: string, litellm?: string];

/** Cases are numbered as they stand. */
function section(letter: string, title: string, rows: readonly Row[]): Section {
  const cases = rows.map(([what, portkey = NOT, litellm = NOT], at) => ({
    id: `${letter}${at + 1}`,
    what,
    portkey,
    litellm,
  }));
  return { letter, title, cases };
}

export const SECTIONS: readonly Section[] = [
  section('A', 'Transport of streams', [
    ['events cut at any byte give the same answer', 'ok', 'ok'],
    ['characters of several bytes cut between chunks stay whole', 'ok', 'ok'],
    ['CR LF, CR and mixed line ends', 'CR LF passes through only, splits on LF LF'],
    ['several data lines, no space, comments, pings, a byte order mark'],
    ['U+2028, U+2029 and U+0085 inside strings end no line'],
    ['one event of more than 64 MiB'],
    ['a last event without its blank line', 'forwards the raw buffer'],
    [
      'upstream reset mid-stream is an error event without finish or [DONE]',
      'fails: ends cleanly, and tokens already received are lost',
      'fails: makes up finish_reason stop, [DONE] and usage',
    ],
    ['an end that nobody announced is a truncation', 'fails: ends cleanly', 'fails: finish_reason stop and [DONE]'],
    ['an error event of an OpenAI-compatible engine mid-stream', 'ok: forwards it', 'ok'],
    ['frames of Bedrock cut at any byte', 'ok at pieces of 3 and 17 bytes'],
    [
      'an exception frame of Bedrock mid-stream',
      'fails: swallowed, [DONE] without finish or error',
      'fails: told as a 400',
    ],
    ['a frame of Bedrock whose checksum is wrong', 'fails: checksum ignored'],
    ['overloaded_error of Anthropic mid-stream', 'fails: told as a finish_reason', 'ok'],
    [
      'a caller that leaves mid-stream ends the request upstream',
      'fails: upstream runs to its end',
      'fails: upstream runs to its end',
    ],
    ['the same for a whole answer'],
    ['Lambda tells of no caller that left: cost is bounded otherwise', 'nobody solves it', 'nobody solves it'],
    ['Lambda: status and headers only once the upstream has answered'],
    ['Lambda: the stream is ended even if it is empty'],
    ['Lambda: small events are not kept back'],
    ['a slow caller stops the upstream, memory stays bounded'],
    ['time added to the first token', 'fails: +28.5 ms at the median', '+8.3 ms at the median'],
    ['time added to each chunk', '+0.2 ms in 100 chunks', 'fails: +84 ms in 100 chunks'],
  ]),
  section('B', 'Answers in the form of chat completions', [
    [
      'role once; one id, created and model in all chunks',
      'fails: role in every delta of Bedrock, twice after a second message_start',
      'fails: created is rewritten',
    ],
    [
      'one finish reason, of the protocol’s list',
      'fails: overloaded_error as finish_reason',
      'fails: refusal as finish_reason',
    ],
    ['stop reasons of Anthropic'],
    [
      'a refusal of Anthropic in a stream',
      'fails: finish_reason stop',
      'fails: finish_reason refusal, then a 500 in the stream',
    ],
    [
      'finish reasons of Gemini, calls of earlier chunks counted',
      'fails: stop after a call',
      'fails: stop after a call',
    ],
    ['stop reasons of Bedrock'],
    ['metadata of Bedrock before messageStop', 'fails: stop with tool calls', 'ok'],
    ['a streamed tool call without arguments has {}', 'fails: empty text', 'ok'],
    ['parallel tool calls numbered from 0, text before them or not', 'ok', 'ok'],
    ['argument deltas of two calls in turns'],
    ['engines that leave out the index, or give it twice'],
    ['a first tool chunk with arguments, or with a placeholder'],
    [
      'a second message_start inside one stream',
      'fails: delivers half of the arguments',
      'fails: delivers half of the arguments',
    ],
    ['a call of Gemini without args', 'fails: the call is lost', 'fails: a KeyError as a 503 in the stream'],
    ['arguments of Gemini in pieces', 'fails: not supported', 'fails: not supported'],
    ['ids for calls of Gemini, and the name found again', 'makes ids, then sends a filler for the name'],
    ['thought signatures of Gemini told, taken back, replaced if lost'],
    ['thinking of Claude told and replayed', 'fails: reasoning dropped in strict mode (Bedrock)', 'ok'],
    ['reasoning and reasoning_content of engines as one field'],
    ['n > 1 kept or refused, never silently 1', 'fails: n dropped (Anthropic)', 'ok: 400'],
    ['logprobs passed on or refused', 'fails: dropped silently'],
    ['tool calls alone have the content null'],
    ['tool calls and text in one answer'],
    ['kinds of blocks that are not known'],
    ['the answer names the real model', NOT, 'names the alias'],
    ['ids of tool calls for callers of the Messages API'],
    ['order and numbers of events of the Responses API'],
    ['an answer after a schema is content, real tool calls survive', 'no schema for these providers (C12)'],
  ]),
  section('C', 'Requests in the form of providers', [
    ['several tool results in a row are one user turn', 'fails: two turns', 'ok'],
    [
      'empty arguments in the history',
      'fails: 500 for Gemini and Bedrock',
      'fails for Gemini: other arguments are sent',
    ],
    ['tool history without tools', 'fails: Bedrock answers 400', '400 unless it may modify parameters'],
    ['empty texts and empty tool results', 'fails: sent empty', 'fails: sent empty'],
    ['consecutive messages of one role', 'only for Bedrock and Gemini'],
    ['system messages in the middle', 'fails for Gemini: later ones are dropped'],
    ['a trailing assistant message'],
    ['tool_choice none', 'fails for Bedrock: the model may call', '400'],
    ['parallel_tool_calls false', 'fails: dropped', 'ok'],
    ['JSON Schema for Gemini', 'ok: strips what Gemini refuses', 'ok: strips what Gemini refuses'],
    ['$ref inside tool results for Gemini'],
    ['response_format json_schema for Anthropic and Bedrock', 'fails: dropped silently', 'ok: emulated'],
    [
      'response_format json_object for Anthropic and Bedrock',
      'fails: dropped silently',
      'fails for Anthropic: dropped silently',
    ],
    ['stop as a text', 'fails: sent as a text to a list'],
    ['max_tokens and max_completion_tokens'],
    ['sampling parameters that a model refuses', 'clamps silently', '400'],
    ['parameters the second target does not know', NOT, 'fails the fallback'],
    ['reasoning_effort'],
    ['images by data URL and by address', 'fails for Bedrock: 500 for an address', 'fails: fetches any address'],
    ['files, audio and video to a model without them'],
    ['names and ids that a provider refuses'],
    ['ids that come twice'],
    ['calls without result and results without call'],
    ['results for Gemini need the name of their call', 'fails: a filler for the name'],
    ['cache_control'],
    ['fields that only some engines know'],
    ['bodies that are empty, broken, too large, too deep'],
    ['numbers in arguments stay as written', NOT, 'writes them anew'],
  ]),
  section('D', 'Usage, cost, budgets', [
    ['input tokens of Anthropic leave the cache out'],
    ['prompt tokens of OpenAI include the cache'],
    ['a stream costs what the whole answer costs'],
    ['thoughts of Gemini are completion tokens', 'fails: left out', 'ok'],
    ['message_delta corrects the input tokens of message_start', 'fails: 43 of 61', 'ok'],
    ['output tokens are totals, not increments'],
    ['null or zero usage in the middle'],
    ['usage asked of the upstream, told only to who asked'],
    ['a stream that was cut is booked all the same'],
    ['prices of cache writes, long prompts, tiers and regions'],
    ['an unknown price is not zero', NOT, 'fails: books 0'],
    ['tokens of own replicas cost by the hour'],
    ['concurrent requests against one budget', NOT, 'fails: races'],
    ['what was set aside is given back'],
    ['a stream that costs more than was set aside'],
    ['only attempts that are billed are booked'],
  ]),
  section('E', 'Routing, retries, fallbacks', [
    ['429 with Retry-After', 'seconds and milliseconds, no dates; must be turned on'],
    ['400, 401 and content policy are not retried', 'falls back on any status but 2xx'],
    ['an error before the first token of a stream', 'fails: never falls back', 'ok since 2026'],
    ['an error after tokens were sent'],
    ['fallbacks turned off hold mid-stream too', NOT, 'fails'],
    ['a sensitive request never leaves'],
    ['all targets resting'],
    ['a second failure while a target rests; a sole target does not rest'],
    ['circles of fallbacks'],
    ['each kind of timeout', 'up to the headers only'],
    ['one idempotency key for one request'],
    ['a spot replica that drains or is gone'],
    ['a conversation stays on its replica'],
    ['weights of zero', 'fails: throws'],
    ['a new config while streams run'],
  ]),
  section('F', 'Privacy', [
    ['personal data in every place of a request', NOT, 'fails: leaks'],
    ['a detector that fails', NOT, 'fails: lets through'],
    ['personal data that is disguised'],
    ['masking across the pieces of a stream'],
    ['a caller may raise the class, not lower it'],
    ['no text of a sensitive request in logs and errors'],
    ['keys of callers and providers stay where they belong', 'fails: forwards Authorization by design'],
    ['addresses of images are not fetched', NOT, 'fails: fetches them'],
    ['no header changes where a request goes', 'has such a header'],
  ]),
  section('G', 'Structured output', [
    ['JSON with something around it, or cut off'],
    ['features of schemas'],
    ['an invalid answer is asked for again'],
    ['streams are checked as well'],
    ['arguments of tools are checked'],
    ['a call of a tool that nobody offered'],
  ]),
  section('H', 'Surface', [
    ['every error in one shape', 'adds a field', 'fails: type is null'],
    ['an unknown model'],
    ['GET, HEAD and OPTIONS, slashes, prefixes'],
    ['ids, times and rates in headers'],
    ['compressed answers, no length, HTTP/1.0'],
    ['official clients'],
  ]),
];

export const CASES: readonly HardCase[] = SECTIONS.flatMap(({ cases }) => cases);

/** Cases that cannot arise here, and why. At most eight. */
export const NOT_APPLICABLE: Readonly<Record<string, string>> = {};

/** Said with the result, where a test cannot hold all of a case. */
export const NOTES: Readonly<Record<string, string>> = {
  A6: 'tested with 65 MiB',
  A17: 'no event comes, a limit of the platform; deadline and token limit bound the cost',
  A20: 'tested up to what is written to Lambda; what API Gateway does behind it is not',
  C13: 'goes to a target that can, or is refused; not emulated',
  C15: 'one default for all models, not a table of them',
  C23: 'refused with the place, not repaired',
  E4: 'the error event; an answer that broke off is not continued yet',
  E7: 'targets that rest are asked last; 503 with `Retry-After` if nobody can be reached',
  E14: 'there are no weights here: a fleet whose replicas all rest still answers',
  E15: 'nothing is reloaded while a process runs: an answer keeps the plan it began with',
  F4: 'answers are not masked: a request goes only where its data may be seen',
  G1: 'left as it is and said so; nothing is repaired yet',
  G2: 'goes to who enforces it as written; the router does not check it yet',
  A22: 'tested without a clock; the time itself is a number of `npm run bench`',
  A23: 'tested without a clock; the time itself is a number of `npm run bench`',
};

const RANGE: Readonly<Record<string, number>> = { A: 23, B: 28, C: 28, D: 16, E: 15, F: 9, G: 6, H: 6 };

/** All ids there have to be, by letter and number. */
export const ALL_IDS: readonly string[] = Object.entries(RANGE).flatMap(([letter, count]) =>
  Array.from({ length: count }, (_, at) => `${letter}${at + 1}`),
);

/** The ids that a title begins with: `A1, A2 a stream …`; empty: it is no named case. */
export function idsOf(title: string): string[] {
  const [head = ''] = /^[A-H]\d{1,2}(?:(?:, | and )[A-H]\d{1,2})*(?=\s)/.exec(title) ?? [];
  return head === '' ? [] : head.split(/, | and /);
}
