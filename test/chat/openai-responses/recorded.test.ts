/**
 * Recorded answers of real providers, and our own small ones, told as streams of the Responses API: whole, broken off after
 * each event, and cut inside of events. The recordings lie beside the repository and may be absent.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { anthropicTarget } from '../../../lib/chat/anthropic-messages/target';
import { bedrockTarget } from '../../../lib/chat/bedrock-converse/target';
import type { Dialect } from '../../../lib/chat/dialect';
import { geminiTarget } from '../../../lib/chat/gemini-generate-content/target';
import { responsesCaller } from '../../../lib/chat/openai-responses/caller';
import { writeUsage } from '../../../lib/chat/openai-responses/usage';
import { chatTarget } from '../../../lib/chat/openai-chat/target';
import { throughHub } from '../../../lib/chat/through-hub';
import { StreamCheck } from '../../support/responses';
import * as anthropicStreams from '../streams/anthropic';
import * as bedrockStreams from '../streams/bedrock';
import * as geminiStreams from '../streams/gemini';
import * as openaiStreams from '../streams/openai';
import { bytesOf, dataOf, run } from '../support';
import { askOf } from './support';

const RECORDED = path.resolve(__dirname, '../../../../shared/data/provider-streams');

const anthropic = throughHub(responsesCaller, anthropicTarget);
const bedrock = throughHub(responsesCaller, bedrockTarget);
const gemini = throughHub(responsesCaller, geminiTarget);
const chat = throughHub(responsesCaller, chatTarget);

type Recording = readonly [name: string, dialect: Dialect, events: readonly string[]];

/** Recordings of OpenAI's protocol leave out the `[DONE]` that was sent. */
const PROVIDERS: readonly (readonly [folder: string, dialect: Dialect, end: readonly string[]])[] = [
  ['anthropic', anthropic, []],
  ['amazon-bedrock', bedrock, []],
  ['google', gemini, []],
  ['mistral', chat, ['[DONE]']],
  ['groq', chat, ['[DONE]']],
  ['deepseek', chat, ['[DONE]']],
];

const recorded: readonly Recording[] = !existsSync(RECORDED)
  ? []
  : PROVIDERS.flatMap(([folder, dialect, end]) =>
      readdirSync(path.join(RECORDED, folder))
        .filter((file) => file.endsWith('.chunks.txt'))
        .map((file): Recording => {
          const lines = readFileSync(path.join(RECORDED, folder, file), 'utf8').split('\n');
          return [file.replace('.chunks.txt', ''), dialect, [...lines.filter((line) => line !== ''), ...end]];
        }),
    );

const own: readonly Recording[] = [
  ['own openai text', chat, openaiStreams.textWithUsage],
  ['own openai tool call', chat, openaiStreams.toolCall],
  ['own anthropic text', anthropic, anthropicStreams.text],
  ['own anthropic thinking', anthropic, anthropicStreams.thinking],
  ['own anthropic tools', anthropic, anthropicStreams.tools],
  ['own bedrock text', bedrock, bedrockStreams.text],
  ['own bedrock reasoning', bedrock, bedrockStreams.reasoning],
  ['own bedrock tools', bedrock, bedrockStreams.tools],
  ['own gemini text', gemini, geminiStreams.text],
  ['own gemini thoughts', gemini, geminiStreams.thoughts],
  ['own gemini tools', gemini, geminiStreams.tools],
  ['own gemini tools in pieces', gemini, geminiStreams.toolsInPieces],
];

const ASKING = askOf({ stream: true });
const BROKEN = { code: 'upstream_interrupted', message: 'm', param: null } as const;
/** Of a long stream a sample, so that each takes about the same time. */
const MOST_CUTS = 12;

test.each([...own, ...recorded])('%s', (_name, dialect, events) => {
  const bytes = bytesOf(events, dialect);
  const { out, last, usage, finish } = run(dialect, ASKING, [bytes]);
  const { wrong, final } = new StreamCheck(dataOf(out));
  expect(wrong).toEqual([]);
  expect(last).toMatchObject({ ended: true });
  const cut = finish === 'length' || finish === 'content_filter';
  expect(final?.['status']).toBe(cut ? 'incomplete' : 'completed');
  expect(final?.['usage']).toEqual(writeUsage(usage ?? null));

  const step = Math.ceil(bytes.length / MOST_CUTS);
  for (let end = step; end < bytes.length - 2; end += step) {
    const reader = dialect.stream(ASKING);
    const broken = run({ ...dialect, stream: () => reader }, ASKING, [bytes.slice(0, end)]);
    // Between Bedrock's announcement of the end and its counts the answer is whole already.
    if (broken.last.ended === true) continue;
    expect(out.startsWith(broken.out)).toBe(true);
    const said = dataOf(broken.out + (reader.error?.(BROKEN) ?? ''));
    if (said.length === 1) continue;
    const check = new StreamCheck(said);
    expect([check.wrong, check.final]).toEqual([[], null]);
    expect(JSON.parse(said.at(-1) ?? '')).toMatchObject({ type: 'error', sequence_number: said.length - 1 });
  }
});
