/**
 * Closed models behind one endpoint, without a VPC and without a GPU: nothing costs anything while nobody asks.
 *
 * npx cdk synth --app 'npx tsx examples/router-only.ts'
 */
import { App, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { AgreementKind, ClosedProvider, LlmRouter } from 'cdk-hybrid-llm';

const app = new App();
export const stack = new Stack(app, 'RouterOnly', { env: { region: 'us-east-1' } });

const anthropic = new ClosedProvider({
  provider: 'anthropic',
  secret: secretsmanager.Secret.fromSecretNameV2(stack, 'AnthropicKey', 'acme/anthropic'),
  agreement: { kind: AgreementKind.ZERO_RETENTION, reference: 'MSA-2026-14' },
});
const openai = new ClosedProvider({
  provider: 'openai',
  secret: secretsmanager.Secret.fromSecretNameV2(stack, 'OpenAiKey', 'acme/openai'),
});

export const router = new LlmRouter(stack, 'Router', {
  models: {
    claude: { backend: anthropic, model: 'claude-sonnet-5' },
    gpt: { backend: openai, model: 'gpt-4o', fallback: ['claude'] },
  },
  routes: [
    { name: 'hard', when: { task: ['complex_reasoning', 'coding'] }, to: ['claude'] },
    { name: 'default', to: ['gpt', 'claude'] },
  ],
  sensitivity: { defaultClass: 'public' },
  budget: { monthlyUsd: 500 },
});
