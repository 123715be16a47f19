import { CallerMistake, type JsonObject } from '../../../lib/chat/dialect';
import type { HubMessage } from '../../../lib/chat/hub';
import { readMessages } from '../../../lib/chat/openai-chat/read-messages';

const USER = { role: 'user', content: 'hello' };
const readMessage = (message: object): HubMessage => readMessages([message as JsonObject])[0] as HubMessage;

test.each<[string, object, HubMessage]>([
  ['system', { role: 'system', content: 'a' }, { role: 'system', parts: [{ kind: 'text', text: 'a' }] }],
  [
    'developer as system',
    { role: 'developer', content: 'a' },
    { role: 'system', parts: [{ kind: 'text', text: 'a' }] },
  ],
  [
    'user parts, one for one',
    {
      role: 'user',
      name: 'bob',
      content: [
        { type: 'text', text: '' },
        { type: 'text', text: 'b' },
      ],
    },
    {
      role: 'user',
      parts: [
        { kind: 'text', text: '' },
        { kind: 'text', text: 'b' },
      ],
    },
  ],
  [
    'C19 an image by URL',
    { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x.example/a.png', detail: 'low' } }] },
    { role: 'user', parts: [{ kind: 'image', source: { url: 'https://x.example/a.png' } }] },
  ],
  [
    'C19 an image as data',
    { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/PNG;x=1;base64,AA==' } }] },
    { role: 'user', parts: [{ kind: 'image', source: { mediaType: 'image/png', base64: 'AA==' } }] },
  ],
  [
    'a file',
    {
      role: 'user',
      content: [{ type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA==' } }],
    },
    { role: 'user', parts: [{ kind: 'file', name: 'a.pdf', mediaType: 'application/pdf', base64: 'AA==' }] },
  ],
  [
    'an assistant that thought, spoke and called; C2 empty arguments stay empty',
    {
      role: 'assistant',
      reasoning_content: 'hm',
      content: 'ok',
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '' } }],
    },
    {
      role: 'assistant',
      parts: [
        { kind: 'reasoning', text: 'hm' },
        { kind: 'text', text: 'ok' },
        { kind: 'tool_call', id: 'a', name: 'f', argumentsJson: '' },
      ],
    },
  ],
  [
    'an assistant that only called',
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{' } }],
    },
    { role: 'assistant', parts: [{ kind: 'tool_call', id: 'a', name: 'f', argumentsJson: '{' }] },
  ],
  [
    'an assistant that refused',
    { role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }], refusal: 'never' },
    {
      role: 'assistant',
      parts: [
        { kind: 'text', text: 'no' },
        { kind: 'text', text: 'never' },
      ],
    },
  ],
  [
    'a tool result in parts',
    {
      role: 'tool',
      tool_call_id: 'a',
      content: [
        { type: 'text', text: 'x' },
        { type: 'text', text: 'y' },
      ],
    },
    { role: 'tool', parts: [{ kind: 'tool_result', id: 'a', text: 'xy' }] },
  ],
])('%s', (_name, message, expected) => {
  expect(readMessage(message)).toEqual(expected);
});

const call = (change: object): object => ({
  role: 'assistant',
  tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' }, ...change }],
});
test.each<[object, string]>([
  [{ role: 'critic', content: 'x' }, 'role'],
  [{ role: 'toString', content: 'x' }, 'role'],
  [{ role: 'user' }, 'content'],
  [{ role: 'user', content: 7 }, 'content'],
  [{ role: 'user', content: ['x'] }, 'content[0]'],
  [{ role: 'user', content: [{ text: 'x' }] }, 'content[0].type'],
  [{ role: 'user', content: [{ type: 'text' }] }, 'content[0].text'],
  [{ role: 'user', content: [{ type: 'video', video: 1 }] }, 'content[0].type'],
  [{ role: 'system', content: [{ type: 'image_url', image_url: { url: 'https://x' } }] }, 'content[0].type'],
  [{ role: 'user', content: [{ type: 'image_url' }] }, 'content[0].image_url.url'],
  [
    { role: 'user', content: [{ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }] },
    'content[0].image_url.url',
  ],
  [
    { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png,AA' } }] },
    'content[0].image_url.url',
  ],
  [{ role: 'user', content: [{ type: 'file', file: {} }] }, 'content[0].file.file_data'],
  [{ role: 'tool', content: 'x' }, 'tool_call_id'],
  [{ role: 'assistant', content: 3 }, 'content'],
  [{ role: 'assistant', tool_calls: {} }, 'tool_calls'],
  [call({ id: undefined }), 'tool_calls[0].id'],
  [call({ function: undefined }), 'tool_calls[0].function'],
  [call({ function: { name: 'f', arguments: {} } }), 'tool_calls[0].function.arguments'],
])('%j is a mistake in %s', (message, param) => {
  expect(mistakeOf([USER, message])).toMatchObject({
    param: `messages[1].${param}`,
    code: 'invalid_request',
  });
});

test.each<[object, string]>([
  [{ role: 'function', name: 'f', content: 'x' }, 'role'],
  [{ role: 'assistant', function_call: { name: 'f', arguments: '' } }, 'function_call'],
  [{ role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }, 'content[0].type'],
  [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }, 'content[0].file.file_id'],
  [call({ type: 'custom' }), 'tool_calls[0].type'],
])('%j cannot be translated', (message, param) => {
  expect(mistakeOf([message])).toMatchObject({
    param: `messages[0].${param}`,
    code: 'unsupported_parameter',
  });
});

function mistakeOf(messages: readonly object[]): CallerMistake {
  try {
    readMessages(messages as JsonObject[]);
  } catch (error) {
    if (error instanceof CallerMistake) return error;
    throw error;
  }
  throw new Error('no mistake was found');
}
