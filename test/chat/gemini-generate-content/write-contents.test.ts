import * as fc from 'fast-check';
import { CallerMistake, type JsonObject } from '../../../lib/chat/dialect';
import { type Contents, writeContents } from '../../../lib/chat/gemini-generate-content/write-contents';
import { readMessages } from '../../../lib/chat/openai-chat/read-messages';
import { assistant, call, result, text as part, user } from '../messages';

interface Turn {
  readonly role: string;
  readonly parts: readonly JsonObject[];
}

const OLD = 'gemini-2.5-flash';
const NEW = 'gemini-3.5-flash';
const write = (messages: readonly object[], model = OLD): Contents =>
  writeContents(readMessages(messages as JsonObject[]), model);
const turnsOf = (messages: readonly object[], model = OLD): Turn[] =>
  JSON.parse(write(messages, model).contents) as Turn[];

const text = (value: string): object => ({ text: value });
const turn = (role: string, ...parts: object[]): object => ({ role, parts });
const called = (id: string, thoughtSignature?: string): object => ({
  functionCall: { id, name: 'f', args: {} },
  ...(thoughtSignature !== undefined && { thoughtSignature }),
});
const resulted = (id: string, output = 'r', name = 'f'): object => ({
  functionResponse: { id, name, response: { output } },
});
const image = (url: string): object => ({ type: 'image_url', image_url: { url } });
const EMPTY = text('(no content)');

test.each<[string, object[], object[]]>([
  [
    'C1 several tool messages are one user turn, results before text',
    [user('q'), assistant(null, call('a'), call('b')), result('a', '1'), result('b', '2'), user('go on')],
    [
      turn('user', text('q')),
      turn('model', called('a'), called('b')),
      turn('user', resulted('a', '1'), resulted('b', '2'), text('go on')),
    ],
  ],
  [
    'C2 empty arguments are an empty object',
    [user('q'), assistant(null, call('a', '')), result('a')],
    [turn('user', text('q')), turn('model', called('a')), turn('user', resulted('a'))],
  ],
  [
    'C3 tool history needs no tools on offer',
    [user('q'), assistant('x', call('a')), result('a')],
    [turn('user', text('q')), turn('model', text('x'), called('a')), turn('user', resulted('a'))],
  ],
  ['C4 empty text parts are removed', [user([part(''), part(' \n'), part('a')])], [turn('user', text('a'))]],
  [
    'C4 an empty tool result stays one',
    [user('q'), assistant(null, call('a')), result('a', '')],
    [turn('user', text('q')), turn('model', called('a')), turn('user', resulted('a', ''))],
  ],
  [
    'C4 an empty turn is filled',
    [user(''), assistant(''), user('b')],
    [turn('user', EMPTY), turn('model', EMPTY), turn('user', text('b'))],
  ],
  [
    'C5 consecutive messages of a role are one turn',
    [user('a'), user('b'), assistant('c'), assistant('d'), user('e')],
    [turn('user', text('a'), text('b')), turn('model', text('c'), text('d')), turn('user', text('e'))],
  ],
  [
    'C5 a conversation that the assistant begins gets a user turn before it',
    [assistant('a'), user('b')],
    [turn('user', EMPTY), turn('model', text('a')), turn('user', text('b'))],
  ],
  [
    'C7 a prefill is passed on as it is',
    [user('a'), assistant('b \n')],
    [turn('user', text('a')), turn('model', text('b \n'))],
  ],
  ['C7 an empty prefill is none', [user('a'), assistant(' ')], [turn('user', text('a'))]],
  [
    'C11 a tool result with references in it stays a text',
    [user('q'), assistant(null, call('a')), result('a', '{"$ref":"#/$defs/x"}')],
    [turn('user', text('q')), turn('model', called('a')), turn('user', resulted('a', '{"$ref":"#/$defs/x"}'))],
  ],
  [
    'C19 images go as data',
    [user([image('data:image/jpg;base64,AA=='), image('data:image/webp;base64,BB==')])],
    [
      turn(
        'user',
        { inlineData: { mimeType: 'image/jpeg', data: 'AA==' } },
        { inlineData: { mimeType: 'image/webp', data: 'BB==' } },
      ),
    ],
  ],
  [
    'C20 a PDF goes as data',
    [user([{ type: 'file', file: { file_data: 'data:application/pdf;base64,AA==' } }])],
    [turn('user', { inlineData: { mimeType: 'application/pdf', data: 'AA==' } })],
  ],
  [
    'C22 an id that comes again is made unique, on both sides',
    [user('q'), assistant(null, call('a')), result('a', '1'), assistant(null, call('a')), result('a', '2')],
    [
      turn('user', text('q')),
      turn('model', called('a')),
      turn('user', resulted('a', '1')),
      turn('model', called('a_2')),
      turn('user', resulted('a_2', '2')),
    ],
  ],
])('%s', (_name, messages, expected) => {
  expect(turnsOf(messages)).toEqual(expected);
});

test('C24 a result has the name of its own call, whatever the order', () => {
  const named = (id: string, name: string): object => ({ id, type: 'function', function: { name, arguments: '' } });
  const messages = [user('q'), assistant(null, named('a', 'f'), named('b', 'g')), result('b'), result('a')];
  expect(turnsOf(messages)[2]).toEqual(turn('user', resulted('b', 'r', 'g'), resulted('a', 'r', 'f')));
});

describe('B17 the signature of a tool call', () => {
  const signed = (id: string, signature: string): object => ({
    ...call(id),
    extra_content: { google: { thought_signature: signature } },
  });
  const parts = (model: string, ...calls: object[]): unknown =>
    turnsOf([user('q'), assistant(null, ...calls), ...calls.map((one) => result((one as { id: string }).id))], model)[1]
      ?.parts;

  test.each([OLD, NEW])('goes back to %s as it came', (model) => {
    expect(parts(model, signed('a', 'c2ln+/='))).toEqual([called('a', 'c2ln+/=')]);
  });

  test('is made good for Gemini 3 on the first call of a message, which alone must have one', () => {
    expect(parts(NEW, call('a'), call('b'))).toEqual([called('a', 'skip_thought_signature_validator'), called('b')]);
    expect(parts(NEW, signed('a', 's'), call('b'))).toEqual([called('a', 's'), called('b')]);
    expect(parts('gemini-flash-latest', call('a'))).toEqual([called('a', 'skip_thought_signature_validator')]);
  });

  test('is not made up for older models', () => {
    expect(parts(OLD, call('a'))).toEqual([called('a')]);
  });

  test.each([null, 'x', { google: null }, { google: { thought_signature: 1 } }])('is none: %j', (extra) => {
    expect(parts(OLD, { ...call('a'), extra_content: extra })).toEqual([called('a')]);
  });
});

test('C6 system and developer messages are all hoisted, in their order', () => {
  const messages = [
    { role: 'system', content: 'one' },
    user('a'),
    { role: 'developer', content: [part('two'), part('')] },
    assistant('b'),
    { role: 'system', content: 'three' },
    user('c'),
  ];
  expect(write(messages).system).toEqual([text('one'), text('two'), text('three')]);
  expect(turnsOf(messages).map(({ role }) => role)).toEqual(['user', 'model', 'user']);
});

test('C6 instructions alone are answered', () => {
  expect(turnsOf([{ role: 'system', content: 'Say hi.' }])).toEqual([turn('user', EMPTY)]);
});

test('C28 arguments go on as the model wrote them', () => {
  const args = '{ "big":12345678901234567890,"f":1.0}';
  expect(write([user('q'), assistant(null, call('a', args)), result('a')]).contents).toContain(`"args":${args}}`);
});

test('B18 reasoning of earlier turns and names of files are left out, and that is said', () => {
  const file = { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA==' } };
  const { contents, dropped } = write([
    user('q'),
    { role: 'assistant', reasoning_content: 'hm', content: 'a' },
    user([file]),
  ]);
  expect(dropped).toEqual(['reasoning_content', 'file.filename']);
  expect(contents).not.toMatch(/hm|a\.pdf/);
  expect(write([user('q')]).dropped).toEqual([]);
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
    'C23 a call whose result comes after something else',
    [user('q'), assistant(null, call('a')), user('b'), result('a')],
    'messages[1].tool_calls',
  ],
  ['C23 a call without its result', [user('q'), assistant(null, call('a')), user('b')], 'messages[1].tool_calls'],
  ['C23 a call at the end', [user('q'), assistant(null, call('a'))], 'messages[1].tool_calls'],
  [
    'C19, F8 an image by its address, which nobody fetches',
    [user([part('a'), image('https://169.254.169.254/x.png')])],
    'messages[0].content[1].image_url.url',
  ],
  [
    'C19 an image type that the target does not take',
    [user([image('data:image/gif;base64,AA==')])],
    'messages[0].content[0].image_url.url',
  ],
  [
    'C20 a file that is no PDF',
    [user([{ type: 'file', file: { file_data: 'data:text/csv;base64,AA==' } }])],
    'messages[0].content[0].file.file_data',
  ],
])('%s is refused by its place', (_name, messages, param) => {
  expect(() => write(messages)).toThrow(CallerMistake);
  try {
    write(messages);
  } catch (error) {
    expect(error).toMatchObject({ param });
  }
});

test('any conversation becomes turns that alternate, begin with the user, hold no empty text, and pair calls with results', () => {
  const content = fc.oneof(fc.constantFrom('', ' ', 'a ', 'b'), fc.array(fc.constantFrom('', '\n', 'c').map(part)));
  const toolTurn = fc
    .uniqueArray(fc.constantFrom('a', 'b', 'a.b', 'a:b', 'ü'), { minLength: 1 })
    .map((ids) => [assistant(null, ...ids.map((id) => call(id, ''))), ...ids.map((id) => result(id))]);
  const step = fc.oneof(
    content.map((value) => [user(value)]),
    content.map((value) => [assistant(value)]),
    content.map((value) => [{ role: 'system', content: value }]),
    toolTurn,
  );
  fc.assert(
    fc.property(fc.array(step, { minLength: 1 }), fc.constantFrom(OLD, NEW), (steps, model) => {
      const turns = turnsOf(steps.flat(), model);
      turns.forEach(({ role }, index) => expect(role).toBe(index % 2 === 0 ? 'user' : 'model'));
      for (const { parts } of turns) {
        expect(parts.length).toBeGreaterThan(0);
        for (const one of parts) if ('text' in one) expect(String(one['text']).trim()).not.toBe('');
      }
      const idsOf = (kind: string): unknown[][] =>
        turns.map(({ parts }) => parts.flatMap((one) => (one[kind] as { id: string } | undefined)?.id ?? []));
      const ids = idsOf('functionCall');
      const answered = idsOf('functionResponse');
      expect(new Set(ids.flat()).size).toBe(ids.flat().length);
      ids.forEach((own, index) => own.length > 0 && expect(answered[index + 1]).toEqual(own));
    }),
  );
});
