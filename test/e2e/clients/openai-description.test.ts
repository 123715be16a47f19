/** Whatever a caller sends, what reaches OpenAI is a request that OpenAI's own description of its API allows. */
import { existsSync } from 'node:fs';
import type { Serving } from '../../support/cli';
import { chatBodies, invalidBodies } from './chat-bodies';
import { OPENAI_DESCRIPTION } from './places';
import { type RecordingProxy, startRecordingProxy } from './recording-proxy';
import { serveConfig } from './stage';
import { type Steady, startSteady } from './steady';

let steady: Steady;
let proxy: RecordingProxy;
let serving: Serving;

const config = (url: string): string => `
name: clients
region: us-east-1
providers: { openai: { secret: a/openai, baseUrl: '${url}' } }
models:
  gpt: { provider: openai, model: gpt-4o }
routes: [{ name: default, to: [gpt], set: { maxTokens: 512, temperature: 0.2 } }]
sensitivity: { default: public }
`;

function ask(url: string, key: string, body: object): Promise<Response> {
  return fetch(`${url}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'hello' }], ...body }),
  });
}

const whenPresent = existsSync(OPENAI_DESCRIPTION) ? describe : describe.skip;
whenPresent(`OpenAI's description of its API (absent: ${OPENAI_DESCRIPTION})`, () => {
  beforeAll(async () => {
    steady = await startSteady();
    proxy = await startRecordingProxy(steady.url);
    serving = await serveConfig(config(proxy.url));
  });
  afterAll(async () => {
    await Promise.all([serving?.stop(), proxy?.close(), steady?.stop()]);
  });
  beforeEach(() => void (proxy.verdicts.length = 0));

  // By its name nothing is set; by a route the policy's own parameters come along.
  describe.each(['gpt', 'auto'])('asked for %s', (model) => {
    test.each(Object.entries(chatBodies))('%s', async (_name, body) => {
      const response = await ask(serving.line.url ?? '', serving.line.key, { model, ...body });
      await response.text();
      expect(proxy.verdicts).toMatchObject([{ path: '/chat/completions', isValid: true, errors: [] }]);
      expect(proxy.verdicts[0]?.body).toMatchObject({ model: 'gpt-4o' });
      // What is addressed to the router stays there.
      expect(proxy.verdicts[0]?.body).not.toHaveProperty('metadata.task');
      // Steady streams nothing: asked for a stream it answers whole, which is no answer to that.
      expect(response.status).toBe('stream' in body ? 502 : 200);
    });
  });

  test.each(Object.entries(invalidBodies))('it says so of %s', async (_name, [body, place]) => {
    await ask(proxy.url, 'any', { model: 'gpt-4o', ...body });
    expect(proxy.verdicts).toMatchObject([
      { isValid: false, errors: expect.arrayContaining([expect.stringContaining(place)]) as unknown },
    ]);
  });
});
