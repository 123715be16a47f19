import { CallerMistake, type JsonObject } from '../../../lib/chat/dialect';
import type { HubRequest } from '../../../lib/chat/hub';
import { readCall, readRequest } from '../../../lib/chat/openai-chat/read-request';
import { callOf } from '../support';

const USER = { role: 'user', content: 'hello' };
const read = (body: JsonObject): HubRequest => readRequest({ model: 'auto', messages: [USER], ...body });

describe('parameters', () => {
  const tool = {
    type: 'function',
    function: { name: 'f', description: 'd', parameters: { type: 'object' }, strict: true },
  };

  test('are read into their own fields, the rest into `other`', () => {
    const request = read({
      tools: [tool],
      tool_choice: { type: 'function', function: { name: 'f' } },
      parallel_tool_calls: false,
      max_tokens: 5,
      temperature: 0,
      top_p: 0.5,
      stop: 'x',
      stream: true,
      stream_options: { include_usage: true },
      reasoning_effort: 'low',
      seed: 1,
      user: null,
    });
    expect(request).toEqual({
      messages: [{ role: 'user', parts: [{ kind: 'text', text: 'hello' }] }],
      tools: [{ name: 'f', description: 'd', parameters: { type: 'object' }, strict: true }],
      toolChoice: { name: 'f' },
      parallelToolCalls: false,
      maxTokens: 5,
      temperature: 0,
      topP: 0.5,
      stop: ['x'],
      stream: true,
      responseFormat: { kind: 'text' },
      reasoningEffort: 'low',
      other: { seed: 1 },
    });
  });

  test('may be absent or null', () => {
    const empty = read({});
    const nulls = Object.fromEntries(
      ['tools', 'tool_choice', 'max_tokens', 'temperature', 'stop', 'stream', 'response_format'].map((name) => [
        name,
        null,
      ]),
    );
    expect(read(nulls)).toEqual(empty);
    expect(empty).toMatchObject({ tools: [], toolChoice: 'auto', maxTokens: null, stop: [], stream: false, other: {} });
  });

  test('C15 max_completion_tokens counts before max_tokens', () => {
    expect(read({ max_tokens: 5, max_completion_tokens: 6 }).maxTokens).toBe(6);
  });

  test('json_schema keeps its schema', () => {
    const schema = { type: 'object' };
    expect(
      read({ response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } }).responseFormat,
    ).toEqual({
      kind: 'json_schema',
      name: 'x',
      schema,
      strict: false,
    });
  });

  const declared = (change: object): JsonObject => ({
    tools: [{ ...tool, function: { ...tool.function, ...change } }],
  });
  test.each<[JsonObject, string]>([
    [{ tools: ['f'] }, 'tools[0]'],
    [{ tools: [{ function: {} }] }, 'tools[0].type'],
    [{ tools: [{ type: 'function' }] }, 'tools[0].function'],
    [declared({ name: undefined }), 'tools[0].function.name'],
    [declared({ description: 1 }), 'tools[0].function.description'],
    [declared({ parameters: [] }), 'tools[0].function.parameters'],
    [{ tool_choice: 'any' }, 'tool_choice'],
    [{ tool_choice: 'required' }, 'tool_choice'],
    [{ tools: [tool], tool_choice: { type: 'function', function: { name: 'g' } } }, 'tool_choice.function.name'],
    [{ parallel_tool_calls: 1 }, 'parallel_tool_calls'],
    [{ temperature: 2.1 }, 'temperature'],
    [{ temperature: -1 }, 'temperature'],
    [{ temperature: '1' }, 'temperature'],
    [{ top_p: 1.1 }, 'top_p'],
    [{ stop: 1 }, 'stop'],
    [{ stop: ['a', 1] }, 'stop'],
    [{ reasoning_effort: 1 }, 'reasoning_effort'],
    [{ response_format: 'json' }, 'response_format'],
    [{ response_format: { type: 'xml' } }, 'response_format.type'],
    [{ response_format: { type: 'json_schema' } }, 'response_format.json_schema'],
    [{ response_format: { type: 'json_schema', json_schema: { schema: {} } } }, 'response_format.json_schema.name'],
    [{ response_format: { type: 'json_schema', json_schema: { name: 'x' } } }, 'response_format.json_schema.schema'],
  ])('%j is a mistake in %s', (body, param) => {
    expect(mistakeOf(body)).toMatchObject({ param, code: 'invalid_request' });
  });

  test.each<[JsonObject, string]>([
    [{ functions: [] }, 'functions'],
    [{ function_call: 'auto' }, 'function_call'],
    [{ tools: [{ type: 'custom', custom: {} }] }, 'tools[0].type'],
    [{ tools: [tool], tool_choice: { type: 'allowed_tools' } }, 'tool_choice.type'],
  ])('%j cannot be translated', (body, param) => {
    expect(mistakeOf(body)).toMatchObject({ param, code: 'unsupported_parameter' });
  });
});

describe('readCall', () => {
  test('reads what the policy set over what the caller sent', () => {
    const call = callOf(
      { max_completion_tokens: 9, temperature: 1 },
      { set: { max_tokens: 5, temperature: 0, top_p: 0.5 } },
    );
    expect(readCall(call)).toMatchObject({ maxTokens: 5, temperature: 0, topP: 0.5 });
  });

  test("reads metadata without the router's own", () => {
    const body = { metadata: { task: 'coding', team: 'a' } };
    expect(readCall(callOf(body, { metadata: null })).other).toEqual({});
    expect(readCall(callOf(body, { metadata: { team: 'a' } })).other).toEqual({ metadata: { team: 'a' } });
    expect(readCall(callOf(body)).other).toEqual(body);
  });
});

function mistakeOf(body: JsonObject): CallerMistake {
  try {
    read(body);
  } catch (error) {
    if (error instanceof CallerMistake) return error;
    throw error;
  }
  throw new Error('no mistake was found');
}
