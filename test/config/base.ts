/** A config that nothing is wrong with, and small edits of it. */

export const BASE = `name: acme-llm
region: us-east-1
lanes: [open, sealed]
network:
  azs: [us-east-1a, us-east-1b]
  endpointAzs: 2
fleets:
  llama-8b:
    model: meta-llama/Llama-3.1-8B-Instruct
    context: 16384
    instances: [g6.xlarge]
    replicas:
      min: 0
      max: 4
      schedule:
        - { days: mon-fri, from: '08:00', to: '19:00', tz: Europe/Berlin, min: 1 }
    capacity: { onDemandBase: 1 }
    adapters: { support-lora: s3://acme-models/support-lora/ }
  vectors:
    model: Qwen/Qwen3-Embedding-0.6B
    kind: embed
providers:
  anthropic: { secret: acme/anthropic, agreement: { kind: zero-retention, ref: MSA-2026-14 } }
  gemini: { secret: acme/gemini }
  bedrock: {}
  lab: { baseUrl: 'http://10.0.7.4:11434/v1', protocol: openai }
models:
  fast: { fleet: llama-8b, fallback: [flash] }
  support: { fleet: llama-8b, adapter: support-lora }
  claude: { provider: anthropic, model: claude-sonnet-5 }
  flash: { provider: gemini, model: gemini-3.5-flash-lite }
  nova: { provider: bedrock, model: 'amazon.nova-lite-v1:0' }
  e5: { fleet: vectors, weights: qwen3 }
routes:
  - { name: restricted, when: { sensitivity: restricted }, to: [fast] }
  - { name: bulk, when: { task: [classification, extraction] }, to: [fast, flash], set: { maxTokens: 512 }, cap: { maxTokens: 1024 } }
  - { name: research, when: { tenant: research }, to: [claude] }
  - { name: default, to: [fast, claude] }
expect:
  - { given: { task: agentic }, first: fast, never: [external] }
tenants:
  research:
    floor: internal
    models: [auto, fast, claude]
    monthlyUsd: 200
    at: [warn@80, private@100]
sensitivity:
  default: public
  allow: { public: external, internal: agreement, restricted: vpc }
  detect:
    card: restricted
    custom:
      - { name: project, class: internal, words: [bluebird] }
licences: { accept: [llama3.1] }
budgets: { monthlyUsd: 2000, killSwitch: [notify@80, zero@120] }
alarms: { notify: [oncall@acme.example] }
`;

/** What to find, exactly once, and what to put there. */
export type Edit = readonly [from: string, to: string];

export function edited(...edits: readonly Edit[]): string {
  return edits.reduce((text, [from, to]) => {
    if (text.split(from).length !== 2) throw new Error(`not exactly once in the config: ${from}`);
    return text.replace(from, () => to);
  }, BASE);
}

/** Line and column, from 1, of where the snippet begins. */
export function positionOf(text: string, snippet: string): { line: number; column: number } {
  const offset = text.indexOf(snippet);
  if (offset === -1) throw new Error(`not in the config: ${snippet}`);
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
