/**
 * Recorded answers of real providers, and our own small ones: whole, cut at every byte, broken off after every event,
 * and with an error in the middle. The recordings lie beside the repository and may be absent.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import type { Dialect } from '../../lib/chat/dialect';
import { openAiChat } from '../../lib/chat/openai-chat/pass-through';
import { anthropicMessages, bedrockConverse, geminiGenerateContent, openAiThroughHub } from '../chat/dialects';
import { assemble, bytesOf, callOf, run, runEvents } from '../chat/support';
import * as anthropic from '../chat/streams/anthropic';
import * as bedrock from '../chat/streams/bedrock';
import * as gemini from '../chat/streams/gemini';
import * as openai from '../chat/streams/openai';

const RECORDED = path.resolve(__dirname, '../../../shared/data/provider-streams');
const isPresent = existsSync(RECORDED);
const ASKING = callOf({ stream: true, stream_options: { include_usage: true } });

type Recording = readonly [name: string, dialect: Dialect, events: readonly string[]];

/** Recordings of OpenAI's protocol leave out the `[DONE]` that was sent. */
const PROVIDERS: readonly (readonly [folder: string, dialect: Dialect, end: readonly string[]])[] = [
  ['anthropic', anthropicMessages, []],
  ['amazon-bedrock', bedrockConverse, []],
  ['google', geminiGenerateContent, []],
  ['mistral', openAiChat, ['[DONE]']],
  ['groq', openAiChat, ['[DONE]']],
  ['deepseek', openAiChat, ['[DONE]']],
  ['mistral', openAiThroughHub, ['[DONE]']],
  ['groq', openAiThroughHub, ['[DONE]']],
  ['deepseek', openAiThroughHub, ['[DONE]']],
];

function readRecording(folder: string, file: string): string[] {
  return readFileSync(path.join(RECORDED, folder, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

const nameOf = (file: string, dialect: Dialect): string =>
  `${file.replace('.chunks.txt', '')}${dialect === openAiThroughHub ? ' through the hub' : ''}`;

const recorded: readonly Recording[] = !isPresent
  ? []
  : PROVIDERS.flatMap(([folder, dialect, end]) =>
      readdirSync(path.join(RECORDED, folder))
        .filter((file) => file.endsWith('.chunks.txt'))
        .map((file): Recording => [nameOf(file, dialect), dialect, [...readRecording(folder, file), ...end]]),
    );

const own: readonly Recording[] = [
  ['own openai text', openAiChat, openai.textWithUsage],
  ['own openai tool call', openAiChat, openai.toolCall],
  ['own openai choices', openAiChat, openai.twoChoices],
  ['own openai text through the hub', openAiThroughHub, openai.textWithUsage],
  ['own openai tool call through the hub', openAiThroughHub, openai.toolCall],
  ['own openai choices through the hub', openAiThroughHub, openai.twoChoices],
  ['own anthropic text', anthropicMessages, anthropic.text],
  ['own anthropic thinking', anthropicMessages, anthropic.thinking],
  ['own anthropic tools', anthropicMessages, anthropic.tools],
  ['own bedrock text', bedrockConverse, bedrock.text],
  ['own bedrock reasoning', bedrockConverse, bedrock.reasoning],
  ['own bedrock tools', bedrockConverse, bedrock.tools],
  ['own gemini text', geminiGenerateContent, gemini.text],
  ['own gemini thoughts', geminiGenerateContent, gemini.thoughts],
  ['own gemini tools', geminiGenerateContent, gemini.tools],
  ['own gemini tools in pieces', geminiGenerateContent, gemini.toolsInPieces],
  ['own gemini candidates', geminiGenerateContent, gemini.twoCandidates],
];

const ERROR = JSON.stringify({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } });
const EXCEPTION = bedrock.exception('serviceUnavailableException', 'Overloaded');

/** Every place of a short stream, and a sample of a long one, so that the work is about the same. */
function placesIn(bytes: Uint8Array): number[] {
  const step = Math.ceil(bytes.length ** 2 / 500_000);
  return Array.from({ length: Math.floor(bytes.length / step) + 1 }, (_place, index) => index * step);
}

/** Through the hub they are read as our own are, and below they are held to what they say passed through. */
const everyByte = [...own, ...recorded.filter(([, dialect]) => dialect !== openAiThroughHub)];

describe.each(everyByte)('%s', (_name, dialect, events) => {
  const expected = runEvents(dialect, ASKING, events);

  test('is read to its end', () => {
    expect(expected.last).toMatchObject({ ended: true });
    expect(expected.last.fault).toBeUndefined();
    expect(expected.events.filter((data) => data === '[DONE]')).toEqual(['[DONE]']);
    const choices = new Set(expected.chunks.flatMap(({ choices }) => choices.map(({ index }) => index)));
    expect(assemble(expected.chunks).finishes).toHaveLength(choices.size);
  });

  test('A1, A2, A11 is the same however its bytes are cut', () => {
    const bytes = bytesOf(events, dialect);
    expect(
      run(
        dialect,
        ASKING,
        [...bytes].map((byte) => Uint8Array.of(byte)),
      ).out,
    ).toBe(expected.out);
    const wrong = placesIn(bytes).filter((cut) => {
      const { out, last } = run(dialect, ASKING, [bytes.slice(0, cut), bytes.slice(cut)]);
      return out !== expected.out || last.ended !== true;
    });
    expect(wrong).toEqual([]);
  });

  test('A8, A9 broken off anywhere it is truncated, and no end is made up', () => {
    const bytes = bytesOf(events, dialect);
    // Between Bedrock's announcement of the end and its counts the answer is whole already.
    const unannounced = events.filter((_event, index) => !events.slice(0, index).some(isMessageStop));
    const afterEvents = unannounced.map((_event, count) => bytesOf(events.slice(0, count), dialect).length);
    const whole = unannounced.length < events.length ? bytesOf(unannounced, dialect).length : null;
    // The last two bytes of server-sent events are the blank line behind a whole announcement of the end.
    const end = dialect.framing === 'event-stream' ? bytes.length : bytes.length - 2;
    const lastEvent = bytesOf(events.slice(0, -1), dialect).length;
    const inside = [
      ...placesIn(bytes),
      ...Array.from({ length: end - lastEvent }, (_place, index) => lastEvent + index),
    ].filter((place) => place < end && place !== whole);
    // One assertion for all places: each takes as long as reading the stream.
    const wrong = [...afterEvents, ...inside].flatMap((end) => {
      const { last, out } = run(dialect, ASKING, [bytes.slice(0, end)]);
      const isTruncated = last.fault?.kind === 'truncated' && last.ended === undefined && !out.includes('[DONE]');
      const isFinished = dialect !== openAiChat && /"finish_reason":"/.test(out);
      return isTruncated && expected.out.startsWith(out) && !isFinished ? [] : [{ end, last, out }];
    });
    expect(wrong).toEqual([]);
  });

  test('A10, A12, A14 an error in the middle ends it there', () => {
    const error = dialect === bedrockConverse ? EXCEPTION : ERROR;
    for (let count = 0; count < events.length; count += Math.ceil(events.length / 50)) {
      const { last, out } = runEvents(dialect, ASKING, [...events.slice(0, count), error, ...events.slice(count)]);
      expect(last).toMatchObject({ out: '', fault: { kind: 'error_event', status: 503, message: 'Overloaded' } });
      expect(out).toBe(runEvents(dialect, ASKING, events.slice(0, count), false).out);
    }
  });
});

const isMessageStop = (event: string): boolean => event.startsWith('{"messageStop"');

const whenPresent = isPresent ? describe : describe.skip;
whenPresent(`the recordings (absent: ${RECORDED})`, () => {
  const result = (name: string): ReturnType<typeof runEvents> => {
    const [, dialect, events] = recorded.find(([recording]) => recording === name) ?? [];
    if (dialect === undefined || events === undefined) throw new Error(`no recording ${name}`);
    return runEvents(dialect, ASKING, events);
  };

  test.each<[string, number, number, number, number | null]>([
    ['anthropic-text', 12, 30, 0, null],
    ['anthropic-message-delta-input-tokens', 61, 2, 0, null],
    ['anthropic-web-search-tool.1', 15_665, 795, 0, null],
    ['anthropic-refusal', 18, 5, 0, null],
    ['duplicate-message-start', 17, 227, 0, null],
    ['mistral-text', 13, 8, 0, null],
    ['mistral-incremental-tool-call', 171, 14, 128, null],
    ['groq-tool-call', 210, 15, 0, null],
    ['deepseek-reasoning', 18, 219, 0, 205],
    ['deepseek-tool-call', 339, 83, 320, 39],
    ['amazon-bedrock-text', 22, 55, 0, null],
    ['amazon-bedrock-reasoning', 51, 94, 0, null],
    ['amazon-bedrock-tool-call.1', 125, 45, 0, null],
    ['amazon-bedrock-tool-no-args', 100, 25, 0, null],
    ['google-text', 9, 208, 0, 185],
    ['google-reasoning', 9, 285, 0, 256],
    ['google-tool-call', 29, 60, 0, 45],
    ['google-tool-call-gemini3', 29, 819, 0, 804],
    ['google-stream-no-args-tool-call', 249, 241, 0, 183],
    ['google-stream-tool-call-arguments', 26, 155, 0, 132],
  ])('D2, D4, D5 the usage of %s', (name, promptTokens, completionTokens, cacheReadTokens, reasoningTokens) => {
    expect(result(name).usage).toEqual({
      promptTokens,
      completionTokens,
      cacheReadTokens,
      cacheWriteTokens: 0,
      reasoningTokens,
    });
  });

  const throughHub = recorded.filter(([, dialect]) => dialect === openAiThroughHub).map(([name]) => name);
  test.each(throughHub)('%s it says what it says passed through', (name) => {
    const passed = result(name.replace(' through the hub', ''));
    const translated = result(name);
    expect(assemble(translated.chunks)).toEqual(assemble(passed.chunks));
    expect(translated.usage).toEqual(passed.usage);
  });

  test('the text', () => {
    expect(assemble(result('anthropic-message-delta-input-tokens').chunks)).toMatchObject({
      text: 'pong',
      finishes: ['stop'],
    });
    expect(assemble(result('duplicate-message-start').chunks)).toMatchObject({
      text: 'Hello, World!',
      finishes: ['stop'],
    });
    expect(assemble(result('mistral-text').chunks).text).toBe('Hello, world! This is a test response.');
    expect(assemble(result('google-text').chunks)).toMatchObject({
      text: 'There are **3** "r"s in strawberry.\n\nst**r**awbe**rr**y',
      finishes: ['stop'],
    });
  });

  test('B4 a refusal is a content filter', () => {
    expect(assemble(result('anthropic-refusal').chunks)).toMatchObject({
      refusal: expect.stringContaining('violative cyber content') as string,
      finishes: ['content_filter'],
    });
  });

  test('B8 a tool call without arguments has `{}`', () => {
    expect(assemble(result('anthropic-tool-no-args').chunks).calls).toEqual([
      { id: 'toolu_01QE1WLsSVp5hy5Q3GmGTmjP', name: 'updateIssueList', arguments: '{}' },
    ]);
    expect(assemble(result('amazon-bedrock-tool-no-args').chunks)).toMatchObject({
      text: "I'll update the issue list for you.",
      calls: [{ id: 'tool-use-id', name: 'updateIssueList', arguments: '{}' }],
    });
  });

  test("B7 counts before the end of Bedrock's stream change neither finish nor arguments", () => {
    expect(assemble(result('amazon-bedrock-tool-call.1').chunks)).toMatchObject({
      calls: [{ id: 'tool-use-id', name: 'test-tool', arguments: '{"value":"Sparkle Day"}' }],
      finishes: ['tool_calls'],
    });
  });

  test('B14 a function call without `args` has `{}`', () => {
    const { calls, reasoning, finishes } = assemble(result('google-stream-no-args-tool-call').chunks);
    expect(calls.map(({ name, arguments: args }) => [name, args])).toEqual([
      ['read_theme', '{}'],
      ['read_screen', '{"id":"A"}'],
      ['read_screen', '{"id":"B"}'],
      ['read_screen', '{"id":"C"}'],
    ]);
    expect(reasoning).toMatch(/^\*\*Processing User Requests\*\*/);
    expect(finishes).toEqual(['tool_calls']);
  });

  test('B15 arguments that come in pieces are put together', () => {
    const { calls, finishes } = assemble(result('google-stream-tool-call-arguments').chunks);
    expect(calls.map(({ name, arguments: args }) => [name, args])).toEqual([
      ['getWeather', '{"location":"Boston"}'],
      ['getWeather', '{"location":"San Francisco"}'],
    ]);
    expect(finishes).toEqual(['tool_calls']);
  });

  test.each(['google-tool-call', 'google-tool-call-gemini3'])(
    'B5, B16, B17 %s: a call whose STOP comes later finishes by tool calls, with an id and its signature',
    (name) => {
      const { chunks } = result(name);
      const { calls, finishes } = assemble(chunks);
      expect(finishes).toEqual(['tool_calls']);
      expect(calls).toEqual([
        {
          id: `call_${chunks[0]?.id}_0`,
          name: 'weather',
          arguments: '{"location":"San Francisco"}',
          signature: expect.stringMatching(/^E.{200,}/) as string,
        },
      ]);
    },
  );

  test('B18 thinking is reasoning', () => {
    expect(assemble(result('amazon-bedrock-reasoning').chunks)).toMatchObject({
      reasoning: expect.stringMatching(/^Let me count the r's in "strawberry":.*So there are 3 r's\.$/s) as string,
      text: expect.stringMatching(/^There are \*\*3\*\* r's in "/) as string,
    });
    const { reasoning, text } = assemble(result('anthropic-clear-thinking.1').chunks);
    expect(reasoning).toMatch(/^The previous result was 925\./);
    expect(text).toBe('925 ÷ 5 = 185');
  });

  test('B24 server tools leave the text only', () => {
    const { calls, text, finishes } = assemble(result('anthropic-web-search-tool.1').chunks);
    expect({ calls, finishes }).toEqual({ calls: [], finishes: ['stop'] });
    expect(text).toContain('redesigned flagship Ginza store');
  });

  test('C12 an answer by schema is JSON', () => {
    const { text } = assemble(result('anthropic-json-output-format.1').chunks);
    expect(JSON.parse(text)).toHaveProperty('characters');
  });

  test('whole answers', () => {
    const read = (file: string, dialect = anthropicMessages): unknown => {
      const folder = dialect === anthropicMessages ? 'anthropic' : 'google';
      return dialect.answer(callOf(), readFileSync(path.join(RECORDED, folder, file), 'utf8'));
    };
    expect(read('google-text.json', geminiGenerateContent)).toMatchObject({
      ok: true,
      finish: 'stop',
      usage: { promptTokens: 9, completionTokens: 272, reasoningTokens: 244 },
    });
    expect(read('anthropic-text.json')).toMatchObject({
      ok: true,
      finish: 'stop',
      usage: { promptTokens: 12, completionTokens: 29 },
    });
    const bedrockText = readFileSync(path.join(RECORDED, 'amazon-bedrock/amazon-bedrock-text.json'), 'utf8');
    expect(bedrockConverse.answer(callOf(), bedrockText)).toMatchObject({
      ok: true,
      finish: 'stop',
      usage: { promptTokens: 22, completionTokens: 57, cacheReadTokens: 0, cacheWriteTokens: 0 },
    });
    expect(read('anthropic-refusal.json')).toMatchObject({ ok: true, finish: 'content_filter' });
  });

  test('E1 a quota that is used up says when to come again, in its body', () => {
    const text = readFileSync(path.join(RECORDED, 'google', 'google-429-retry-info.json'), 'utf8');
    expect(geminiGenerateContent.fault(429, text)).toEqual({
      ok: false,
      kind: 'status',
      status: 429,
      message: 'You exceeded your current quota, please check your plan.',
      contextLengthExceeded: false,
      retryAfterSeconds: 35,
    });
  });
});
