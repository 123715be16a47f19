/** `serve` as it is shipped, with a fake behind it for each protocol it speaks. */
import { type Serving, startListening, tempFile } from '../../support/cli';
import { type FakeBedrock, startFakeBedrock } from '../../support/fake-bedrock';
import { type FakeClosed, startFakeClosed } from '../../support/fake-closed';
import { type FakeVllm, startFakeVllm } from '../../support/fake-vllm';
import { CLI } from './places';

const AWS_KEY = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
const REGION = 'us-east-1';

export interface Stage {
  readonly vllm: FakeVllm;
  readonly closed: FakeClosed;
  readonly bedrock: FakeBedrock;
  /** With `/v1`. */
  readonly url: string;
  readonly key: string;
  close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const [vllm, closed, bedrock] = await Promise.all([
    startFakeVllm(),
    startFakeClosed(),
    startFakeBedrock({ region: REGION, secretAccessKey: () => AWS_KEY.AWS_SECRET_ACCESS_KEY }),
  ]);
  const fakes = [vllm, closed, bedrock];
  const stop = async (): Promise<void> => void (await Promise.all(fakes.map((fake) => fake.stop())));
  try {
    const serving = await startServe({ vllm: vllm.url, closed: closed.url, bedrock: bedrock.url });
    const close = async (): Promise<void> => {
      await Promise.all([serving.stop(), stop()]);
    };
    return { vllm, closed, bedrock, url: serving.line.url ?? '', key: serving.line.key, close };
  } catch (error) {
    // Nobody else could: what still listens would keep the tests from ending.
    await stop();
    throw error;
  }
}

/** Each model has one target: what a client sees is what became of that one. */
const config = ({ vllm, closed, bedrock }: Urls): string => `
name: clients
region: ${REGION}
fleets:
  llama: { model: meta-llama/Llama-3.1-8B-Instruct, endpoints: ['${vllm}'] }
providers:
  openai: { secret: a/openai, baseUrl: '${closed}/v1' }
  anthropic: { secret: a/anthropic, baseUrl: '${closed}' }
  gemini: { secret: a/gemini, baseUrl: '${closed}' }
  bedrock: { baseUrl: '${bedrock}' }
models:
  llama: { fleet: llama }
  gpt: { provider: openai, model: gpt-4o }
  claude: { provider: anthropic, model: claude-sonnet-5 }
  flash: { provider: gemini, model: gemini-3.5-flash-lite }
  nova: { provider: bedrock, model: 'amazon.nova-lite-v1:0' }
routes: [{ name: default, to: [llama] }]
sensitivity: { default: public }
`;

interface Urls {
  readonly vllm: string;
  readonly closed: string;
  readonly bedrock: string;
}

const startServe = (urls: Urls): Promise<Serving> => serveConfig(config(urls), AWS_KEY);

/** `serve` on the text of a config, with keys for the providers in it. */
export function serveConfig(text: string, env: Readonly<Record<string, string>> = {}): Promise<Serving> {
  const secrets = Object.fromEntries(
    ['OPENAI', 'ANTHROPIC', 'GEMINI'].map((name) => [`HYBRID_LLM_SECRET_A_${name}`, `key-of-${name.toLowerCase()}`]),
  );
  return startListening('serve', ['--config', tempFile('hybrid-llm.yaml', text)], { ...secrets, ...env }, CLI);
}
