/** Whatever a caller sends, what reaches OpenAI is a request that OpenAI's own description of its API allows. */
import { existsSync } from 'node:fs';
import type { Serving } from '../../support/cli';
import { chatBodies, invalidBodies } from './chat-bodies';
import {
  completionsBodies,
  embeddingsBodies,
  messagesBodies,
  responsesBodies,
  storedResponsesBodies,
} from './other-bodies';
import { OPENAI_DESCRIPTION } from './places';
import { type RecordingProxy, type Verdict, startRecordingProxy } from './recording-proxy';
import { serveConfig } from './stage';
import { type Steady, startSteady } from './steady';

let steady: Steady;
let proxy: RecordingProxy;
let serving: Serving;

const VALID = { isValid: true, errors: [] };
const PRICE = '{ inputUsdPerMillionTokens: 1, outputUsdPerMillionTokens: 1 }';

const config = (url: string): string => `
name: clients
region: us-east-1
providers:
  openai: { secret: a/openai, baseUrl: '${url}' }
  lab: { baseUrl: '${url}', protocol: openai }
models:
  gpt: { provider: openai, model: gpt-4o }
  instruct: { provider: openai, model: gpt-3.5-turbo-instruct, price: ${PRICE} }
  small: { provider: openai, model: text-embedding-3-small }
  # Chat completions are all it has.
  hub: { provider: lab, model: gpt-4o, price: ${PRICE} }
routes:
  - { name: vectors, when: { endpoint: embeddings }, to: [small], set: { temperature: 0.2 } }
  - { name: text, when: { endpoint: completions }, to: [instruct], set: { maxTokens: 512, temperature: 0.2 } }
  - { name: default, to: [gpt], set: { maxTokens: 512, temperature: 0.2 } }
sensitivity: { default: public }
`;

const CHAT = { messages: [{ role: 'user', content: 'hello' }] };

function post(url: string, key: string, path: string, body: object): Promise<Response> {
  return fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
  });
}

const ask = (url: string, key: string, body: object): Promise<Response> =>
  post(url, key, '/chat/completions', { ...CHAT, ...body });

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

  /** Asks a model at one path: where was OpenAI asked, and with what? */
  async function verdictOf(path: string, body: object): Promise<Verdict> {
    const response = await post(serving.line.url ?? '', serving.line.key, path, body);
    await response.text();
    expect(proxy.verdicts).toHaveLength(1);
    const [verdict] = proxy.verdicts as [Verdict];
    expect(verdict.body).not.toHaveProperty('metadata.task');
    // A stream of responses is the only one that steady makes up, of events that are no answer.
    expect(response.status).toBe('stream' in body && verdict.path !== '/responses' ? 502 : 200);
    return verdict;
  }

  describe.each(['gpt', 'auto'])('responses asked of %s', (model) => {
    // Parts of a message fit two of the description's variants, of which exactly one must hold: steady finds none.
    test('an image', async () => {
      const { input } = responsesBodies['an image'] as { input: object };
      const verdict = await verdictOf('/responses', { model, input });
      const errors = [expect.stringMatching(/^E3012 body\.input: No variant matched/) as string];
      expect(verdict).toMatchObject({ isValid: true, errors, body: { input } });
    });

    const { 'an image': _image, ...bodies } = { ...responsesBodies, ...storedResponsesBodies };
    test.each(Object.entries(bodies))('%s', async (_name, body) => {
      const verdict = await verdictOf('/responses', { model, input: 'hello', ...body });
      expect(verdict).toMatchObject({ ...VALID, path: '/responses', body: { model: 'gpt-4o' } });
    });
  });

  describe.each(['instruct', 'auto'])('completions asked of %s', (model) => {
    test.each(Object.entries(completionsBodies))('%s', async (_name, body) => {
      const verdict = await verdictOf('/completions', { model, prompt: 'Once', ...body });
      expect(verdict).toMatchObject({ ...VALID, path: '/completions', body: { model: 'gpt-3.5-turbo-instruct' } });
    });
  });

  describe.each(['small', 'auto'])('embeddings asked of %s', (model) => {
    test.each(Object.entries(embeddingsBodies))('%s', async (_name, body) => {
      const verdict = await verdictOf('/embeddings', { model, input: 'hello', ...body });
      expect(verdict).toMatchObject({ ...VALID, path: '/embeddings', body: { model: 'text-embedding-3-small' } });
    });
  });

  // What the hub makes of other protocols is a chat completion.
  describe.each<[string, string, object, Readonly<Record<string, object>>]>([
    ['/responses', 'hub', { input: 'hello' }, responsesBodies],
    ['/messages', 'gpt', { ...CHAT, max_tokens: 2_000 }, messagesBodies],
  ])('%s asked of %s', (path, model, usual, bodies) => {
    test.each(Object.entries(bodies))('%s', async (_name, body) => {
      const verdict = await verdictOf(path, { model, ...usual, ...body });
      expect(verdict).toMatchObject({ ...VALID, path: '/chat/completions', body: { model: 'gpt-4o' } });
    });
  });

  test.each<[string, object, string]>([
    ['/responses', { input: 'a', temperature: 'hot' }, 'temperature'],
    ['/completions', { prompt: 'a', n: 'two' }, 'n'],
    ['/embeddings', { input: 'a', dimensions: 'few' }, 'dimensions'],
  ])('it says so of what is wrong at %s', async (path, body, place) => {
    await post(proxy.url, 'any', path, { model: 'any', ...body });
    expect(proxy.verdicts).toMatchObject([
      { path, isValid: false, errors: expect.arrayContaining([expect.stringContaining(place)]) as unknown },
    ]);
  });

  test.each(Object.entries(invalidBodies))('it says so of %s', async (_name, [body, place]) => {
    await ask(proxy.url, 'any', { model: 'gpt-4o', ...body });
    expect(proxy.verdicts).toMatchObject([
      { isValid: false, errors: expect.arrayContaining([expect.stringContaining(place)]) as unknown },
    ]);
  });
});
