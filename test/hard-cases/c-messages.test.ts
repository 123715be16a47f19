/** Section C of the hard cases, the messages of a request: what goes out for them, by each protocol. */
import type { JsonObject } from '../../lib/chat/json';
import { type Sent, TARGETS, TRANSLATED, call, called, result, tool, useWorld, user } from './exchange';

const world = useWorld();
const sent = (model: string, body: Record<string, unknown>): Promise<Sent> => world.sent(model, body);

/** Role and kinds of the blocks of each turn, in words that all three protocols share. */
function turnsOf(target: (typeof TRANSLATED)[number], { body }: Sent): string[] {
  const turns = (target === 'flash' ? body['contents'] : body['messages']) as readonly JsonObject[];
  return turns.map(({ role, content, parts }) => {
    const blocks = (parts ?? content) as readonly JsonObject[];
    return `${role === 'model' ? 'assistant' : String(role)}: ${blocks.map(kindOf).join(' ')}`;
  });
}

function kindOf(block: JsonObject): string {
  const kind = (block['type'] as string | undefined) ?? Object.keys(block)[0] ?? '';
  const names: Readonly<Record<string, string>> = {
    tool_use: 'call',
    toolUse: 'call',
    functionCall: 'call',
    tool_result: 'result',
    toolResult: 'result',
    functionResponse: 'result',
  };
  return names[kind] ?? kind;
}

const TOOLS = [tool('a'), tool('b')];

describe('tools in the history', () => {
  test.each(TRANSLATED)('C1 several tool messages are one user turn right after the call: %s', async (target) => {
    const messages = [
      user('q'),
      called(call('1', 'a'), call('2', 'b')),
      result('1', 'x'),
      result('2', 'y'),
      user('and now?'),
    ];
    expect(turnsOf(target, await sent(target, { messages, tools: TOOLS }))).toEqual([
      'user: text',
      'assistant: call call',
      'user: result result text',
    ]);
  });

  test.each<[(typeof TRANSLATED)[number], string]>([
    ['claude', '"name":"a","input":{}'],
    ['flash', '"name":"a","args":{}'],
    ['converse', '"name":"a","input":{}'],
  ])('C2 a call whose arguments are empty text has no arguments: %s', async (target, written) => {
    const messages = [user('q'), called(call('1', 'a', '')), result('1', 'x')];
    const { status, text } = await sent(target, { messages, tools: TOOLS });
    expect([status, text]).toEqual([200, expect.stringContaining(written)]);
  });

  test('C3 tools of the history without `tools`: Bedrock gets one that does nothing, the others get none', async () => {
    const messages = [user('q'), called(call('1', 'a')), result('1', 'x')];
    const converse = await sent('converse', { messages });
    expect(converse.body).toMatchObject({ toolConfig: { tools: [{ toolSpec: { name: 'unavailable' } }] } });
    for (const target of ['claude', 'flash'] as const) {
      const { status, body } = await sent(target, { messages });
      expect([status, body['tools']]).toEqual([200, undefined]);
    }
  });

  test('C11 `$ref` in a result is text to Gemini, not a reference', async () => {
    const text = '{"$ref":"#/$defs/x","$defs":{"x":{}}}';
    const { body } = await sent('flash', { messages: [user('q'), called(call('1', 'a')), result('1', text)] });
    expect(JSON.stringify(body['contents'])).toContain(JSON.stringify({ response: { output: text } }).slice(1, -1));
  });

  test('C21 ids that a provider would refuse are replaced, the same in call and result', async () => {
    const messages = [user('q'), called(call('functions.a:0', 'a')), result('functions.a:0', 'x')];
    for (const target of ['claude', 'converse', 'bedrock/mistral.mistral-large-2402-v1:0']) {
      const { text } = await sent(target, { messages, tools: TOOLS });
      const ids = [...text.matchAll(/"(?:id|toolUseId|tool_use_id)":"([^"]*)"/g)].map(([, id]) => id ?? '');
      expect(ids).toHaveLength(2);
      expect(new Set(ids).size).toBe(1);
      expect(ids[0]).toMatch(target.includes('mistral') ? /^[a-zA-Z0-9]{9}$/ : /^[a-zA-Z0-9_-]{1,64}$/);
    }
  });

  test.each(TRANSLATED)(
    'C21 the name of a tool that the provider refuses goes out under another: %s',
    async (target) => {
      const messages = [user('q'), called(call('1', 'ü b')), result('1', 'x')];
      const { status, text } = await sent(target, { tools: [tool('ü b'), tool('_b')], messages });
      expect(status).toBe(200);
      expect(text).not.toContain('ü b');
      expect(text.match(/"name":"__b"/g)?.length).toBeGreaterThanOrEqual(2);
    },
  );

  test.each(TRANSLATED)('C22 one id in two turns becomes two, and twice in one turn is refused: %s', async (target) => {
    const turn = [called(call('1', 'a')), result('1', 'x')];
    const { text } = await sent(target, { messages: [user('q'), ...turn, ...turn], tools: TOOLS });
    const ids = [...text.matchAll(/"(?:id|toolUseId|tool_use_id)":"([^"]*)"/g)].map(([, id]) => id);
    expect([ids.length, new Set(ids).size]).toEqual([4, 2]);
    const twice = await sent(target, {
      messages: [user('q'), called(call('1', 'a'), call('1', 'b')), result('1', 'x')],
    });
    expect([twice.status, twice.request]).toEqual([400, undefined]);
  });

  test.each(TRANSLATED)(
    'C23 a call without result, or a result without call, is named before anybody is asked: %s',
    async (target) => {
      const open = await sent(target, { messages: [user('q'), called(call('1', 'a')), user('well?')] });
      const alone = await sent(target, { messages: [user('q'), result('1', 'x')] });
      expect([open.status, open.answer, open.request]).toMatchObject([
        400,
        { error: { param: 'messages[1].tool_calls' } },
        undefined,
      ]);
      expect([alone.status, alone.answer, alone.request]).toMatchObject([
        400,
        { error: { param: 'messages[1].tool_call_id' } },
        undefined,
      ]);
    },
  );

  test('C24 Gemini is told the name of the tool whose result it gets', async () => {
    const messages = [user('q'), called(call('1', 'a'), call('2', 'b')), result('2', 'y'), result('1', 'x')];
    const { text } = await sent('flash', { messages, tools: TOOLS });
    expect(
      [...text.matchAll(/"functionResponse":\{"id":"(\d)","name":"(\w)"/g)].map(([, id, name]) => [id, name]),
    ).toEqual([
      ['2', 'b'],
      ['1', 'a'],
    ]);
  });

  test.each([...TARGETS, 'lab', 'fast'])(
    'C28 long numbers and the order of arguments go on as written: %s',
    async (target) => {
      const args = '{"z":12345678901234567890,"f":1.10,"a":1e2}';
      const messages = [user('q'), called(call('1', 'a', args)), result('1', 'x')];
      const { status, text } = await sent(target, { messages, tools: TOOLS });
      expect(status).toBe(200);
      expect(text).toContain(TRANSLATED.some((one) => one === target) ? args : JSON.stringify(args).slice(1, -1));
    },
  );
});

describe('text', () => {
  test.each(TRANSLATED)(
    'C4 empty text is left out, and what must not be empty has a placeholder: %s',
    async (target) => {
      const messages = [
        user([
          { type: 'text', text: '' },
          { type: 'text', text: 'q' },
        ]),
        called(call('1', 'a')),
        result('1', ''),
        { role: 'assistant', content: '' },
        user('  '),
      ];
      const request = await sent(target, { messages, tools: TOOLS });
      expect(request.status).toBe(200);
      expect(request.text).not.toMatch(/"text":" *"/);
      expect(request.text).not.toMatch(/"(?:content|parts)":\[\]/);
      expect(turnsOf(target, request).slice(0, 3)).toEqual(['user: text', 'assistant: call', 'user: result']);
    },
  );

  test.each(TRANSLATED)('C5 messages of one role in a row are one turn: %s', async (target) => {
    const messages = [
      user('a'),
      user('b'),
      { role: 'assistant', content: 'c' },
      { role: 'assistant', content: 'd' },
      user('e'),
    ];
    expect(turnsOf(target, await sent(target, { messages }))).toEqual([
      'user: text text',
      'assistant: text text',
      'user: text',
    ]);
  });

  test.each<[(typeof TRANSLATED)[number], (body: JsonObject) => unknown]>([
    ['claude', ({ system }) => system],
    ['flash', ({ systemInstruction }) => (systemInstruction as JsonObject)['parts']],
    ['converse', ({ system }) => system],
  ])('C6 every system and developer message is kept, in their order: %s', async (target, systemOf) => {
    const system = (role: string, content: string): object => ({ role, content });
    const messages = [system('system', 'S1'), user('q'), system('developer', 'S2'), user('r'), system('system', 'S3')];
    const { body } = await sent(target, { messages });
    expect((systemOf(body) as { text: string }[]).map(({ text }) => text)).toEqual(['S1', 'S2', 'S3']);
  });

  test.each(['claude', 'converse'] as const)(
    'C7 an answer that the caller began does not end in white space: %s',
    async (target) => {
      const { body } = await sent(target, {
        messages: [user('q'), { role: 'assistant', content: 'The answer is \n' }],
      });
      expect((body['messages'] as { content: unknown[] }[]).at(-1)?.content).toMatchObject([{ text: 'The answer is' }]);
    },
  );
});

describe('images and files', () => {
  const image = (url: string): object => ({ messages: [user([{ type: 'image_url', image_url: { url } }])] });
  const PNG = 'data:image/png;base64,iVBORw0KGgo=';

  test.each<[string, object]>([
    ['claude', { source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } }],
    ['flash', { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }],
    ['converse', { image: { format: 'png', source: { bytes: 'iVBORw0KGgo=' } } }],
  ])('C19 an image as data goes on as bytes: %s', async (target, part) => {
    const { body } = await sent(target, { ...image(PNG) });
    expect(((body['messages'] ?? body['contents']) as JsonObject[])[0]).toMatchObject(
      target === 'flash' ? { parts: [part] } : { content: [part] },
    );
  });

  test('C19 an image by its address goes to who takes one, and is refused for who does not: nobody fetches it', async () => {
    const url = 'https://x.example/a.png';
    expect((await sent('claude', { ...image(url) })).text).toContain(`{"type":"url","url":"${url}"}`);
    for (const target of ['flash', 'converse']) {
      const { status, answer, request } = await sent(target, { ...image(url) });
      expect([status, answer, request]).toMatchObject([
        400,
        { error: { param: 'messages[0].content[0].image_url.url' } },
        undefined,
      ]);
    }
  });

  test.each(TRANSLATED)('C19 an image of a kind that the provider refuses is named: %s', async (target) => {
    const { status, answer } = await sent(target, { ...image('data:image/tiff;base64,AAAA') });
    expect([status, answer]).toMatchObject([400, { error: { param: 'messages[0].content[0].image_url.url' } }]);
  });

  test('C20 audio goes to who takes it, and is a clear refusal where nobody does', async () => {
    const content = [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }];
    const routed = await sent('auto', { messages: [user(content)] });
    expect([routed.status, routed.request?.headers['authorization']]).toEqual([200, 'Bearer secret-openai']);
    for (const target of TRANSLATED) {
      const { status, answer, request } = await sent(target, { messages: [user(content)] });
      expect([status, answer, request]).toMatchObject([400, { error: { code: 'no_capable_target' } }, undefined]);
    }
  });
});
