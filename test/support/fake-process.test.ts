/** The fakes as processes of their own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chunksOf, json, send } from './fake-vllm/client';

const started: ChildProcess[] = [];

async function start(
  ...args: string[]
): Promise<{ child: ChildProcess; line: { url: string; pid: number; fake: string } }> {
  const script = join(__dirname, 'fake-process.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, line: JSON.parse(line) as { url: string; pid: number; fake: string } };
}

describe('a fake process', () => {
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
  });

  it('says where it listens, serves, and ends on SIGTERM', async () => {
    const { child, line } = await start('vllm', '--port', '0', '--name', 'replica-1', '--model', 'tiny');
    expect(line).toEqual({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as unknown,
      pid: child.pid,
      fake: 'vllm',
    });
    const models = await send(`${line.url}/v1/models`);
    expect([models.headers['x-fake-name'], json(models)]).toMatchObject(['replica-1', { data: [{ id: 'tiny' }] }]);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('continues what a process that was killed had begun', async () => {
    const [first, second] = await Promise.all([start('vllm', '--delay-ms', '2'), start('vllm')]);
    const body = { messages: [{ role: 'user', content: 'Go.' }], stream: true, return_token_ids: true };
    const begun = await send(`${first.line.url}/v1/chat/completions`, {
      body,
      onText: (text) => void (chunksOf(text).length > 8 && first.child.kill('SIGKILL')),
    });
    expect(begun.complete).toBe(false);
    interface Chunk {
      prompt_token_ids?: number[];
      choices: { token_ids?: number[]; delta: { content?: string } }[];
    }
    const chunks = chunksOf(begun.text) as Chunk[];
    // Ids after the last text may be half a character, whose other half a replica would not tell.
    const told = chunks.findLastIndex(({ choices }) => choices[0]?.delta.content);
    const ids = chunks.slice(0, told + 1).flatMap(({ choices }) => choices[0]?.token_ids ?? []);
    const said = chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('');
    const prompt = [...(chunks[0]?.prompt_token_ids ?? []), ...ids];
    const rest = json(await send(`${second.line.url}/v1/completions`, { body: { prompt } }));
    const whole = json(await send(`${second.line.url}/v1/chat/completions`, { body: { ...body, stream: false } }));
    const [{ text } = { text: '' }] = (rest as { choices: { text: string }[] }).choices;
    const [answer] = (whole as { choices: { message: { content: string } }[] }).choices;
    expect(said.length).toBeGreaterThan(0);
    expect(said + text).toBe(answer?.message.content);
  });

  it('serves closed APIs too', async () => {
    const { line } = await start('closed', '--delay-ms', '1');
    expect(line.fake).toBe('closed');
    const reply = await send(`${line.url}/v1/chat/completions`, {
      body: { messages: [] },
      headers: { authorization: 'Bearer k' },
    });
    expect(reply.status).toBe(200);
  });
});
