import { bedrockConverse } from '../dialects';
import { type ConverseTurns, writeTurns } from '../../../lib/chat/bedrock-converse/write-turns';
import { CallerMistake, type JsonObject } from '../../../lib/chat/dialect';
import { readMessages } from '../../../lib/chat/openai-chat/read-messages';
import { assistant, call, result, text, user } from '../messages';
import { callOf } from '../support';

const write = (messages: readonly object[], maker: Parameters<typeof writeTurns>[1] = null): ConverseTurns =>
  writeTurns(readMessages(messages as JsonObject[]), maker);
const turnsOf = (messages: readonly object[], maker?: Parameters<typeof writeTurns>[1]): unknown =>
  JSON.parse(write(messages, maker).turns);

const said = (value: string): object => ({ text: value });
const turn = (role: string, ...content: object[]): object => ({ role, content });
const used = (toolUseId: string, input: object = {}): object => ({ toolUse: { toolUseId, name: 'f', input } });
const resulted = (toolUseId: string, content: string): object => ({
  toolResult: { toolUseId, content: [{ text: content }] },
});
const document = (name: string, format = 'pdf'): object => ({ document: { format, name, source: { bytes: 'AA==' } } });
const file = (filename: string | undefined, mediaType = 'application/pdf'): object => ({
  type: 'file',
  file: { filename, file_data: `data:${mediaType};base64,AA==` },
});
const image = (url: string): object => ({ type: 'image_url', image_url: { url } });
const EMPTY = said('(no content)');

test.each<[string, object[], object[]]>([
  [
    'C1 several tool messages are one user turn, results before text',
    [user('q'), assistant(null, call('a'), call('b')), result('a', '1'), result('b', '2'), user('go on')],
    [
      turn('user', said('q')),
      turn('assistant', used('a'), used('b')),
      turn('user', resulted('a', '1'), resulted('b', '2'), said('go on')),
    ],
  ],
  [
    'C2 empty arguments are an empty object',
    [user('q'), assistant(null, call('a', '')), result('a')],
    [turn('user', said('q')), turn('assistant', used('a')), turn('user', resulted('a', 'r'))],
  ],
  ['C4 empty text blocks are removed', [user([text(''), text(' \n'), text('a')])], [turn('user', said('a'))]],
  [
    'C4 an empty tool result has a text that says so',
    [user('q'), assistant(null, call('a')), result('a', '')],
    [turn('user', said('q')), turn('assistant', used('a')), turn('user', resulted('a', '(no content)'))],
  ],
  [
    'C4 an empty turn is filled',
    [user(''), assistant(''), user('b')],
    [turn('user', EMPTY), turn('assistant', EMPTY), turn('user', said('b'))],
  ],
  [
    'C5 consecutive messages of a role are one turn, and the user begins',
    [assistant('a'), assistant('b'), user('c'), user('d')],
    [turn('user', EMPTY), turn('assistant', said('a'), said('b')), turn('user', said('c'), said('d'))],
  ],
  [
    'C7 a prefill loses its trailing white space',
    [user('a'), assistant('b \n')],
    [turn('user', said('a')), turn('assistant', said('b'))],
  ],
  [
    'C19 images go as data',
    [user([image('data:image/jpg;base64,AA=='), image('data:image/webp;base64,BB=='), text('what?')])],
    [
      turn(
        'user',
        { image: { format: 'jpeg', source: { bytes: 'AA==' } } },
        { image: { format: 'webp', source: { bytes: 'BB==' } } },
        said('what?'),
      ),
    ],
  ],
  [
    'C20 files are documents, with a text beside them',
    [user([file('Q3 (final).pdf')]), assistant('a'), user([file('a.csv', 'text/csv'), text('sum it')])],
    [
      turn('user', document('Q3 (final)'), EMPTY),
      turn('assistant', said('a')),
      turn('user', document('a', 'csv'), said('sum it')),
    ],
  ],
  [
    'C20 documents have names of few characters, each its own',
    [user([text('q'), file('a_b/ü  c.pdf'), file('a b c'), file(undefined), file('§.pdf'), file('x'.repeat(300))])],
    [
      turn(
        'user',
        said('q'),
        document('a b c'),
        document('a b c 2'),
        document('document'),
        document('document 2'),
        document('x'.repeat(190)),
      ),
    ],
  ],
  [
    'C21 an id with other characters, or too many, is rewritten on both sides',
    [
      user('q'),
      assistant(null, call('functions.f:0'), call('y'.repeat(80))),
      result('functions.f:0'),
      result('y'.repeat(80)),
    ],
    [
      turn('user', said('q')),
      turn('assistant', used('functions_f_0'), used('y'.repeat(56))),
      turn('user', resulted('functions_f_0', 'r'), resulted('y'.repeat(56), 'r')),
    ],
  ],
])('%s', (_name, messages, expected) => {
  expect(turnsOf(messages)).toEqual(expected);
});

test('C21, C22 models of Mistral get ids of nine letters and digits, each its own', () => {
  const messages = [user('q'), assistant(null, call('a-1'), call('a_1')), result('a-1'), result('a_1'), user('b')];
  expect(turnsOf([...messages, assistant(null, call('a-1')), result('a-1')], 'mistral')).toEqual([
    turn('user', said('q')),
    turn('assistant', used('call00001'), used('call00002')),
    turn('user', resulted('call00001', 'r'), resulted('call00002', 'r'), said('b')),
    turn('assistant', used('call00003')),
    turn('user', resulted('call00003', 'r')),
  ]);
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
  expect(write(messages).system).toEqual([said('one'), said('two'), said('three')]);
});

test('C28 arguments go on as the model wrote them', () => {
  const args = '{ "big":12345678901234567890,"f":1.0, "a":1,"a":2}';
  expect(write([user('q'), assistant(null, call('a', args)), result('a')]).turns).toContain(`"input":${args}}`);
});

test('B18 reasoning of earlier turns is left out, and that is said', () => {
  const messages = [user('q'), { role: 'assistant', reasoning_content: 'hm', content: 'a' }, user('b')];
  expect(write(messages)).toMatchObject({ droppedReasoning: ['reasoning_content'] });
  expect(write(messages).turns).not.toContain('hm');
});

test.each<[string, object[], string]>([
  [
    'C19 an image by URL, which nobody fetches',
    [user([image('https://x.example/a')])],
    'messages[0].content[0].image_url.url',
  ],
  [
    'C19 an image of the account itself',
    [user([text('a'), image('http://169.254.169.254/latest/meta-data')])],
    'messages[0].content[1].image_url.url',
  ],
  [
    'C19 an image type that is not taken',
    [user([image('data:image/tiff;base64,AA==')])],
    'messages[0].content[0].image_url.url',
  ],
  [
    'C20 a file type that is not taken',
    [user([file('a.zip', 'application/zip')])],
    'messages[0].content[0].file.file_data',
  ],
  [
    'C20 a file type by the name of a method',
    [user([file('a', 'constructor')])],
    'messages[0].content[0].file.file_data',
  ],
  [
    'C2 arguments that are no object',
    [user('q'), assistant(null, call('a', '[1]')), result('a')],
    'messages[1].tool_calls[0].function.arguments',
  ],
  ['C23 a result without a call', [user('q'), result('a')], 'messages[1].tool_call_id'],
  ['C23 a call at the end', [user('q'), assistant(null, call('a'))], 'messages[1].tool_calls'],
])('%s is refused by its place', (_name, messages, param) => {
  const request = (): unknown => bedrockConverse.request(callOf({ messages }));
  expect(request).toThrow(CallerMistake);
  expect(request).toThrow(expect.objectContaining({ param }) as Error);
});
