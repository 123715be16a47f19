import * as fc from 'fast-check';
import { type Turns, writeTurns } from '../../../lib/chat/anthropic-messages/write-turns';
import { CallerMistake, type JsonObject } from '../../../lib/chat/dialect';
import { readMessages } from '../../../lib/chat/openai-chat/read-messages';
import { assistant, call, result, text, user } from '../messages';

interface Turn {
  readonly role: string;
  readonly content: readonly JsonObject[];
}

const write = (messages: readonly object[]): Turns => writeTurns(readMessages(messages as JsonObject[]));
const turnsOf = (messages: readonly object[]): Turn[] => JSON.parse(write(messages).turns) as Turn[];

const turn = (role: string, ...content: object[]): object => ({ role, content });
const used = (id: string, input: object = {}): object => ({ type: 'tool_use', id, name: 'f', input });
const resulted = (id: string, content?: string): object => ({
  type: 'tool_result',
  tool_use_id: id,
  ...(content !== undefined && { content }),
});
const EMPTY = text('(no content)');

test.each<[string, object[], object[]]>([
  [
    'C1 several tool messages are one user turn, results before text',
    [user('q'), assistant(null, call('a'), call('b')), result('a', '1'), result('b', '2'), user('go on')],
    [
      turn('user', text('q')),
      turn('assistant', used('a'), used('b')),
      turn('user', resulted('a', '1'), resulted('b', '2'), text('go on')),
    ],
  ],
  [
    'C2 empty arguments are an empty object',
    [user('q'), assistant(null, call('a', '')), result('a')],
    [turn('user', text('q')), turn('assistant', used('a')), turn('user', resulted('a', 'r'))],
  ],
  [
    'C3 tool history needs no tools on offer',
    [user('q'), assistant('x', call('a')), result('a')],
    [turn('user', text('q')), turn('assistant', text('x'), used('a')), turn('user', resulted('a', 'r'))],
  ],
  ['C4 empty text blocks are removed', [user([text(''), text(' \n'), text('a')])], [turn('user', text('a'))]],
  [
    'C4 an empty tool result has no content',
    [user('q'), assistant(null, call('a')), result('a', '')],
    [turn('user', text('q')), turn('assistant', used('a')), turn('user', resulted('a'))],
  ],
  [
    'C4 an empty turn is filled',
    [user(''), assistant(''), user('b')],
    [turn('user', EMPTY), turn('assistant', EMPTY), turn('user', text('b'))],
  ],
  [
    'C5 consecutive messages of a role are one turn',
    [user('a'), user('b'), assistant('c'), assistant('d'), user('e')],
    [turn('user', text('a'), text('b')), turn('assistant', text('c'), text('d')), turn('user', text('e'))],
  ],
  [
    'C5 a conversation that the assistant begins gets a user turn before it',
    [assistant('a'), user('b')],
    [turn('user', EMPTY), turn('assistant', text('a')), turn('user', text('b'))],
  ],
  [
    'C7 a prefill loses its trailing white space',
    [user('a'), assistant('b \n')],
    [turn('user', text('a')), turn('assistant', text('b'))],
  ],
  [
    'C7 white space elsewhere stays',
    [user(' a '), assistant(' b '), user('c ')],
    [turn('user', text(' a ')), turn('assistant', text(' b ')), turn('user', text('c '))],
  ],
  ['C7 an empty prefill is none', [user('a'), assistant(' ')], [turn('user', text('a'))]],
  ['C7 a prefill without content is none', [user('a'), assistant(null)], [turn('user', text('a'))]],
  [
    'C19 images go by URL or as data',
    [
      user([
        { type: 'image_url', image_url: { url: 'https://x.example/a' } },
        { type: 'image_url', image_url: { url: 'data:image/jpg;base64,AA==' } },
      ]),
    ],
    [
      turn(
        'user',
        { type: 'image', source: { type: 'url', url: 'https://x.example/a' } },
        { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'AA==' } },
      ),
    ],
  ],
  [
    'C20 a PDF is a document',
    [user([{ type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA==' } }])],
    [
      turn('user', {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'AA==' },
        title: 'a.pdf',
      }),
    ],
  ],
  [
    'C21 an id with other characters is rewritten, on both sides',
    [user('q'), assistant(null, call('functions.f:0')), result('functions.f:0')],
    [turn('user', text('q')), turn('assistant', used('functions_f_0')), turn('user', resulted('functions_f_0', 'r'))],
  ],
  [
    'C22 an id that comes again is made unique, on both sides',
    [user('q'), assistant(null, call('a')), result('a', '1'), assistant(null, call('a')), result('a', '2')],
    [
      turn('user', text('q')),
      turn('assistant', used('a')),
      turn('user', resulted('a', '1')),
      turn('assistant', used('a_2')),
      turn('user', resulted('a_2', '2')),
    ],
  ],
])('%s', (_name, messages, expected) => {
  expect(turnsOf(messages)).toEqual(expected);
});

test('C6 system and developer messages are all hoisted, in their order', () => {
  const messages = [
    { role: 'system', content: 'one' },
    user('a'),
    { role: 'developer', content: [text('two'), text('')] },
    assistant('b'),
    { role: 'system', content: 'three' },
    user('c'),
  ];
  const { system } = write(messages);
  expect(system).toEqual([text('one'), text('two'), text('three')]);
  expect(turnsOf(messages).map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
});

test("C6 a system message between a call and its result is in nobody's way", () => {
  const messages = [user('q'), assistant(null, call('a')), { role: 'system', content: 's' }, result('a')];
  expect(turnsOf(messages)).toHaveLength(3);
});

test('C6 instructions alone are answered', () => {
  expect(turnsOf([{ role: 'system', content: 'Say hi.' }])).toEqual([turn('user', EMPTY)]);
});

test('C28 arguments go on as the model wrote them', () => {
  const args = '{ "big":12345678901234567890,"f":1.0, "a":1,"a":2}';
  expect(write([user('q'), assistant(null, call('a', args)), result('a')]).turns).toContain(`"input":${args}}`);
});

test('B18 reasoning of earlier turns is left out, and that is said', () => {
  const messages = [user('q'), { role: 'assistant', reasoning_content: 'hm', content: 'a' }, user('b')];
  expect(write(messages).droppedReasoning).toEqual(['reasoning_content']);
  expect(write(messages).turns).not.toContain('hm');
  expect(write([user('q')]).droppedReasoning).toEqual([]);
});

test.each<[string, object[], string]>([
  [
    'C2 arguments that are not JSON',
    [user('q'), assistant(null, call('a'), call('b', '{"x":')), result('a'), result('b')],
    'messages[1].tool_calls[1].function.arguments',
  ],
  [
    'C2 arguments that are no object',
    [user('q'), assistant(null, call('a', '[1]')), result('a')],
    'messages[1].tool_calls[0].function.arguments',
  ],
  ['C23 a result without a call', [user('q'), result('a')], 'messages[1].tool_call_id'],
  [
    'C23 a second result for one call',
    [user('q'), assistant(null, call('a')), result('a'), result('a')],
    'messages[3].tool_call_id',
  ],
  [
    'C23 a result of another turn',
    [user('q'), assistant(null, call('a')), result('a'), user('b'), result('a')],
    'messages[4].tool_call_id',
  ],
  [
    'C23 a call whose result comes after something else',
    [user('q'), assistant(null, call('a')), user('b'), result('a')],
    'messages[1].tool_calls',
  ],
  [
    'C23 a call without its result',
    [user('q'), assistant(null, call('a'), call('b')), result('a'), user('b')],
    'messages[1].tool_calls',
  ],
  ['C23 a call at the end', [user('q'), assistant(null, call('a'))], 'messages[1].tool_calls'],
  [
    'C22 two calls of one turn with one id',
    [user('q'), assistant(null, call('a'), call('a')), result('a')],
    'messages[1].tool_calls',
  ],
  [
    'C19 an image type that the target does not take',
    [user([text('a'), { type: 'image_url', image_url: { url: 'data:image/tiff;base64,AA==' } }])],
    'messages[0].content[1].image_url.url',
  ],
  [
    'C20 a file that is no PDF',
    [user([{ type: 'file', file: { file_data: 'data:text/csv;base64,AA==' } }])],
    'messages[0].content[0].file.file_data',
  ],
])('%s is refused by its place', (_name, messages, param) => {
  try {
    write(messages);
  } catch (error) {
    expect(error).toBeInstanceOf(CallerMistake);
    expect(error).toMatchObject({ param });
    return;
  }
  throw new Error('nothing was refused');
});

test('any conversation becomes turns that alternate, begin with the user, hold no empty text, and pair calls with results', () => {
  const content = fc.oneof(fc.constantFrom('', ' ', 'a ', 'b'), fc.array(fc.constantFrom('', '\n', 'c').map(text)));
  const toolTurn = fc
    .uniqueArray(fc.constantFrom('a', 'b', 'a.b', 'a:b', 'ü'), { minLength: 1 })
    .map((ids) => [
      assistant(null, ...ids.map((id) => call(id, ''))),
      ...ids.map((id) => result(id, id === 'b' ? '' : 'r')),
    ]);
  const step = fc.oneof(
    content.map((value) => [user(value)]),
    content.map((value) => [assistant(value)]),
    content.map((value) => [{ role: 'system', content: value }]),
    toolTurn,
  );
  fc.assert(
    fc.property(fc.array(step, { minLength: 1 }), (steps) => {
      const turns = turnsOf(steps.flat());
      turns.forEach(({ role }, index) => expect(role).toBe(index % 2 === 0 ? 'user' : 'assistant'));
      for (const { content: blocks } of turns) {
        expect(blocks.length).toBeGreaterThan(0);
        for (const block of blocks) if (block['type'] === 'text') expect(String(block['text']).trim()).not.toBe('');
      }
      const ids = turns.map(({ content: blocks }) => blocks.flatMap((block) => block['id'] ?? []));
      const answered = turns.map(({ content: blocks }) => blocks.flatMap((block) => block['tool_use_id'] ?? []));
      expect(new Set(ids.flat()).size).toBe(ids.flat().length);
      ids.forEach((called, index) => called.length > 0 && expect(answered[index + 1]).toEqual(called));
      for (const id of ids.flat()) expect(id).toMatch(/^[a-zA-Z0-9_-]+$/);
    }),
  );
});
