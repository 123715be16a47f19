/** `serve` as it is shipped, with a fake behind it for each protocol it speaks. */
import { type Serving, startListening, tempFile } from '../../support/cli';
import { type FakeBedrock, startFakeBedrock } from '../../support/fake-bedrock';
import { type FakeClosed, startFakeClosed } from '../../support/fake-closed';
import { type FakeVllm, startFakeVllm } from '../../support/fake-vllm';
import { type ScriptedUpstream, asJson, startScriptedUpstream } from '../../support/scripted-upstream';
import { CLI } from './places';

const AWS_KEY = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
const REGION = 'us-east-1';

export interface Stage {
  readonly vllm: FakeVllm;
  readonly closed: FakeClosed;
  readonly bedrock: FakeBedrock;
  /** Makes vectors. */
  readonly lab: ScriptedUpstream;
  /** With `/v1`. */
  readonly url: string;
  readonly key: string;
  close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const [vllm, closed, bedrock, lab] = await Promise.all([
    startFakeVllm(),
    startFakeClosed(),
    startFakeBedrock({ region: REGION, secretAccessKey: () => AWS_KEY.AWS_SECRET_ACCESS_KEY }),
    startLab(),
  ]);
  const fakes = [vllm, closed, bedrock, lab];
  const stop = async (): Promise<void> => void (await Promise.all(fakes.map((fake) => fake.stop())));
  try {
    const serving = await startServe({ vllm: vllm.url, closed: closed.url, bedrock: bedrock.url, lab: lab.url });
    const close = async (): Promise<void> => {
      await Promise.all([serving.stop(), stop()]);
    };
    return { vllm, closed, bedrock, lab, url: serving.line.url ?? '', key: serving.line.key, close };
  } catch (error) {
    // Nobody else could: what still listens would keep the tests from ending.
    await stop();
    throw error;
  }
}

/** Each model has one target: what a client sees is what became of that one. */
const config = ({ vllm, closed, bedrock, lab }: Urls): string => `
name: clients
region: ${REGION}
fleets:
  llama: { model: meta-llama/Llama-3.1-8B-Instruct, endpoints: ['${vllm}'] }
providers:
  openai: { secret: a/openai, baseUrl: '${closed}/v1' }
  anthropic: { secret: a/anthropic, baseUrl: '${closed}' }
  gemini: { secret: a/gemini, baseUrl: '${closed}' }
  bedrock: { baseUrl: '${bedrock}' }
  lab: { baseUrl: '${lab}/v1', protocol: openai }
models:
  llama: { fleet: llama }
  gpt: { provider: openai, model: gpt-4o }
  claude: { provider: anthropic, model: claude-sonnet-5 }
  flash: { provider: gemini, model: gemini-3.5-flash-lite }
  nova: { provider: bedrock, model: 'amazon.nova-lite-v1:0' }
  vectors:
    provider: lab
    model: vectors-1
    price: { inputUsdPerMillionTokens: 1, outputUsdPerMillionTokens: 0 }
routes: [{ name: default, to: [llama] }]
sensitivity: { default: public }
`;

interface Urls {
  readonly vllm: string;
  readonly closed: string;
  readonly bedrock: string;
  readonly lab: string;
}

/** For each text its length and a half: as numbers, or in base64 for those who ask for it. */
function startLab(): Promise<ScriptedUpstream> {
  return startScriptedUpstream((sent, response) => {
    const { input, encoding_format: encoding } = sent.body as { input: string | string[]; encoding_format?: string };
    const data = [input].flat().map((text, index) => {
      const numbers = [text.length, -0.5];
      const embedding =
        encoding === 'base64' ? Buffer.from(new Float32Array(numbers).buffer).toString('base64') : numbers;
      return { object: 'embedding', index, embedding };
    });
    const usage = { prompt_tokens: data.length, total_tokens: data.length };
    asJson({ object: 'list', data, model: 'vectors-1', usage })(sent, response);
  });
}

const startServe = (urls: Urls): Promise<Serving> => serveConfig(config(urls), AWS_KEY);

/** `serve` on the text of a config, with keys for the providers in it. */
export function serveConfig(text: string, env: Readonly<Record<string, string>> = {}): Promise<Serving> {
  const secrets = Object.fromEntries(
    ['OPENAI', 'ANTHROPIC', 'GEMINI'].map((name) => [`HYBRID_LLM_SECRET_A_${name}`, `key-of-${name.toLowerCase()}`]),
  );
  return startListening('serve', ['--config', tempFile('hybrid-llm.yaml', text)], { ...secrets, ...env }, CLI);
}
