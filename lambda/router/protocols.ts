/**
 * The protocols of callers and targets. Plain chat completions to a target that speaks them are a part of the program; every
 * other protocol is a chunk beside it, loaded when something asks for it, so that a function that starts cold reads little.
 */
import type { Dialect } from '../../lib/chat/dialect';
import type { ErrorShape, Ingress, Spoken } from '../../lib/chat/ingress';
import { openAiErrors } from '../../lib/chat/openai-chat/error';
import { chatIngress } from '../../lib/chat/openai-chat/ingress';
import { type HubCaller, type HubTarget, throughHub } from '../../lib/chat/through-hub';
import type { RouterPlan } from '../../lib/plan/types';

type Endpoint = Ingress['endpoint'];
type Protocol = Spoken['protocol'];

const CHAT_PATH = '/v1/chat/completions';

const INGRESSES: Readonly<Record<string, () => Promise<Ingress>>> = {
  [CHAT_PATH]: () => Promise.resolve(chatIngress),
  '/v1/completions': async () => (await import('../../lib/chat/openai-completions/ingress.js')).completionsIngress,
  '/v1/embeddings': async () => (await import('../../lib/chat/openai-embeddings/ingress.js')).embeddingsIngress,
  '/v1/messages': async () => (await import('../../lib/chat/anthropic-messages/ingress.js')).messagesIngress,
  '/v1/responses': async () => (await import('../../lib/chat/openai-responses/ingress.js')).responsesIngress,
};

/** Callers that the hub understands. */
const CALLERS: Readonly<Partial<Record<Endpoint, () => Promise<HubCaller>>>> = {
  chat: async () => (await import('../../lib/chat/openai-chat/caller.js')).chatCaller,
  messages: async () => (await import('../../lib/chat/anthropic-messages/caller.js')).messagesCaller,
  responses: async () => (await import('../../lib/chat/openai-responses/caller.js')).responsesCaller,
};

const TARGETS: Readonly<Record<Protocol, () => Promise<HubTarget>>> = {
  openai: async () => (await import('../../lib/chat/openai-chat/target.js')).chatTarget,
  anthropic: async () => (await import('../../lib/chat/anthropic-messages/target.js')).anthropicTarget,
  gemini: async () => (await import('../../lib/chat/gemini-generate-content/target.js')).geminiTarget,
  bedrock: async () => (await import('../../lib/chat/bedrock-converse/target.js')).bedrockTarget,
};

/** Where requests are taken. */
export const PATHS: readonly string[] = Object.keys(INGRESSES);

/** `null`: nothing takes requests there. The usual one is here without waiting. */
export function ingressAt(path: string): Ingress | null | Promise<Ingress> {
  if (path === CHAT_PATH) return chatIngress;
  return Object.hasOwn(INGRESSES, path) ? (INGRESSES[path]?.() ?? null) : null;
}

/** By the name of the endpoint. */
export async function ingressOf(endpoint: Endpoint): Promise<Ingress> {
  for (const load of Object.values(INGRESSES)) {
    const ingress = await load();
    if (ingress.endpoint === endpoint) return ingress;
  }
  throw new Error(`nothing takes requests for ${endpoint}`);
}

/** How failures are told at a path, also at one that there is not: whoever asks below a path knows its shape. */
export async function errorsAt(path: string): Promise<ErrorShape> {
  const above = PATHS.find((known) => path.startsWith(`${known}/`));
  return (await ingressAt(above ?? path))?.errors ?? openAiErrors;
}

const known = new Map<string, Dialect>();

/** How to ask such a target on behalf of such a caller. The model's capabilities have said that it serves the endpoint. */
export function dialectFor(ingress: Ingress, target: Spoken): Dialect | Promise<Dialect> {
  const own = ingress.passThrough(target);
  if (own !== null) return own;
  return known.get(`${ingress.endpoint} ${target.protocol}`) ?? joined(ingress, target);
}

async function joined({ endpoint }: Ingress, { protocol }: Spoken): Promise<Dialect> {
  const caller = CALLERS[endpoint];
  if (caller === undefined) throw new Error(`no way from ${endpoint} to ${protocol}: capabilities should have said so`);
  const dialect = throughHub(await caller(), await TARGETS[protocol]());
  known.set(`${endpoint} ${protocol}`, dialect);
  return dialect;
}

/** Loads what chat completions to the models of a plan will need. */
export async function preload(plan: RouterPlan): Promise<void> {
  const models = Object.values(plan.models).filter(({ inLane }) => inLane);
  for (const { protocol } of models) await dialectFor(chatIngress, { protocol, responses: false });
}
