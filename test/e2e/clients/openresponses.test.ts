/** The compliance cases of OpenResponses against `serve` as it is shipped, with a fleet behind the hub. */
import type { Serving } from '../../support/cli';
import { type FakeVllm, startFakeVllm } from '../../support/fake-vllm';
import { checkOpenResponsesCase, openResponsesCases, openResponsesScript } from '../../support/open-responses';
import { serveConfig } from './stage';

const IDS = [
  'basic-response',
  'image-input',
  'multi-turn',
  'streaming-response',
  'system-prompt',
  'tool-calling',
  'tool-calling-streaming',
];

const config = (url: string): string => `
name: clients
region: us-east-1
fleets:
  eyes: { model: Qwen/Qwen3-VL-8B-Instruct, endpoints: ['${url}'] }
  blind: { model: meta-llama/Llama-3.1-8B-Instruct, endpoints: ['${url}'] }
models: { eyes: { fleet: eyes }, blind: { fleet: blind } }
routes: [{ name: default, to: [blind, eyes] }]
sensitivity: { default: public }
`;

let fleet: FakeVllm;
let serving: Serving;

beforeAll(async () => {
  fleet = await startFakeVllm({ script: openResponsesScript });
  serving = await serveConfig(config(fleet.url));
});
afterAll(async () => {
  await Promise.all([serving?.stop(), fleet?.stop()]);
});

const at = (model: string): { url: string; key: string; model: string } => ({
  url: serving.line.url ?? '',
  key: serving.line.key,
  model,
});

test('all its templates are here', () => {
  expect(Object.keys(openResponsesCases).sort()).toEqual(IDS);
});

// By a route, too: the model that takes no images is passed over.
describe.each(['eyes', 'auto'])('%s', (model) => {
  test.each(Object.entries(openResponsesCases))('%s', async (id, asked) => {
    await checkOpenResponsesCase(asked, at(model));
    const upstream = fleet.requests.findLast(({ path }) => path === '/v1/chat/completions');
    const isSeeing = model === 'eyes' || id === 'image-input';
    const weights = isSeeing ? 'Qwen/Qwen3-VL-8B-Instruct' : 'meta-llama/Llama-3.1-8B-Instruct';
    expect(upstream?.body).toMatchObject({ model: weights });
    if (id === 'image-input') expect(JSON.stringify(upstream?.body)).toContain('data:image/png;base64,');
  });
});
