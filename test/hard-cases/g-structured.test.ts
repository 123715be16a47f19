/** Of section G of the hard cases what holds without a validator: nothing between the model and its caller changes JSON. */
import { TARGETS, type UpstreamName, useWorld } from './exchange';

const world = useWorld();
const UPSTREAMS: Readonly<Record<(typeof TARGETS)[number], UpstreamName>> = {
  gpt: 'openai',
  claude: 'anthropic',
  flash: 'gemini',
  converse: 'bedrock',
};
const format = (schema: object): Record<string, unknown> => ({
  response_format: { type: 'json_schema', json_schema: { name: 'n', schema } },
});

test.each(TARGETS)('G1 JSON that the limit cut off stays cut off and says so: %s', async (target) => {
  const text = '{"a":[1,2,{"b":"```json';
  const content = [{ type: 'text', text }];
  const bodies = {
    gpt: { id: '1', choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'length' }] },
    claude: { id: '1', model: 'm', content, stop_reason: 'max_tokens' },
    flash: { candidates: [{ content: { parts: [{ text }] }, finishReason: 'MAX_TOKENS' }] },
    converse: { output: { message: { content: [{ text }] } }, stopReason: 'max_tokens' },
  };
  world.upstreams[UPSTREAMS[target]].replies = [{ body: bodies[target] }];
  const { answer } = await world.sent(target, format({ type: 'object' }));
  expect(answer).toMatchObject({ choices: [{ message: { content: text }, finish_reason: 'length' }] });
});

test.each(TARGETS)('G2 a schema goes to who enforces it with all its features, as written: %s', async (target) => {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $ref: '#/$defs/node',
    $defs: {
      node: {
        type: 'object',
        properties: {
          next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] },
          at: { type: 'string', format: 'date-time', pattern: '^(a+)+$' },
        },
        additionalProperties: false,
      },
    },
  };
  const { status, text } = await world.sent(target, format(schema));
  const written = JSON.stringify(schema);
  expect(status).toBe(200);
  expect(text).toContain(target === 'converse' ? JSON.stringify(written).slice(1, -1) : written);
});
