/**
 * OpenAI's `reasoning_effort` as Claude's thinking, and what Claude does not take beside it; at Anthropic and at Bedrock
 * alike.
 *
 * Sources, of 2026-11-22: https://platform.claude.com/docs/en/build-with-claude/effort, …/adaptive-thinking and
 * …/extended-thinking; which families refuse what: their migration guides.
 */
import type { HubRequest } from './hub';
import type { JsonObject } from './json';
import { DEFAULT_MAX_TOKENS } from './limits';

export interface Thinking {
  /** `thinking` and `output_config.effort`, as far as they are asked for. */
  readonly thinking: JsonObject | null;
  readonly effort: string | null;
  /** In place of the request's own. */
  readonly maxTokens: number | null;
  /** Tokens by which that is above what was asked for. */
  readonly extraTokens: number;
  /** `temperature`, `top_p` and `top_k` are refused. */
  readonly withoutSampling: boolean;
  readonly dropped: readonly string[];
  readonly changed: readonly string[];
}

export function claudeThinking(request: HubRequest, model: string): Thinking {
  const { reasoningEffort, maxTokens } = request;
  const claude = versionOf(model);
  const plain: Thinking = {
    thinking: null,
    effort: null,
    maxTokens,
    extraTokens: 0,
    withoutSampling: claude !== null && refusesSampling(claude),
    dropped: [],
    changed: [],
  };
  if (reasoningEffort === null) return plain;
  if (claude === null || claude.version < FIRST_TO_THINK || !EFFORTS.includes(reasoningEffort))
    return dropEffort(plain);
  if (reasoningEffort === 'none') return withoutThoughts(plain, claude);
  if (claude.version >= FIRST_ADAPTIVE) return adaptive(plain, request, claude, reasoningEffort);
  return canThink(request) ? budgeted(plain, reasoningEffort) : dropEffort(plain);
}

const dropEffort = (plain: Thinking): Thinking => ({ ...plain, dropped: ['reasoning_effort'] });

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

const FIRST_TO_THINK = 3.7;
/** From here on the model decides how much it thinks, and is told how much effort to take. */
const FIRST_ADAPTIVE = 4.6;
/** From here on a budget is refused, there is an effort above `high`, and thoughts come only if they are asked for. */
const FIRST_WITHOUT_BUDGET = 4.7;

interface Claude {
  readonly family: string;
  /** 4.5 of `claude-sonnet-4-5-20250929` and of `us.anthropic.claude-sonnet-4-5-…-v1:0`. */
  readonly version: number;
}

/** `null`: no Claude, or one whose name does not tell. */
function versionOf(model: string): Claude | null {
  const [, oldMajor, oldMinor, oldFamily] = /claude-(\d)-(\d)-([a-z]+)/.exec(model) ?? [];
  if (oldFamily !== undefined) return { family: oldFamily, version: Number(`${oldMajor}.${oldMinor}`) };
  const [, family, major, minor = '0'] = /claude-([a-z]+)-(\d{1,2})(?:-(\d)(?!\d))?(?!\d)/.exec(model) ?? [];
  return family === undefined ? null : { family, version: Number(`${major}.${minor}`) };
}

const SAMPLING_REFUSED_FROM: Readonly<Record<string, number>> = { opus: 4.7, sonnet: 5, haiku: 5, fable: 0, mythos: 0 };

const refusesSampling = ({ family, version }: Claude): boolean =>
  version >= (SAMPLING_REFUSED_FROM[family] ?? Infinity);

/** Families that always think: what they can be asked for is to do so little. */
const alwaysThinks = ({ family, version }: Claude): boolean =>
  family === 'fable' || family === 'mythos' || (family === 'opus' && version >= 5.5);

function withoutThoughts(plain: Thinking, claude: Claude): Thinking {
  if (alwaysThinks(claude)) return { ...plain, effort: 'low', changed: ['reasoning_effort'] };
  return claude.version >= FIRST_ADAPTIVE ? { ...plain, thinking: { type: 'disabled' } } : plain;
}

function adaptive(plain: Thinking, request: HubRequest, claude: Claude, asked: string): Thinking {
  const most = claude.version >= FIRST_WITHOUT_BUDGET ? ['xhigh', 'max'] : claude.family === 'opus' ? ['max'] : [];
  const known = ['low', 'medium', 'high', ...most];
  const effort = known.includes(asked) ? asked : asked === 'minimal' ? 'low' : (known.at(-1) ?? 'high');
  const display = claude.version >= FIRST_WITHOUT_BUDGET && { display: 'summarized' };
  return {
    ...plain,
    // The effort alone makes it take more care where it may not think.
    thinking: isForced(request) || endsWithAnswer(request) ? null : { type: 'adaptive', ...display },
    effort,
    withoutSampling: true,
    changed: effort === asked ? [] : ['reasoning_effort'],
  };
}

const LEAST_BUDGET = 1_024;
const MOST_BUDGET = 24_576;
const BUDGETS: Readonly<Record<string, number>> = { minimal: LEAST_BUDGET, low: LEAST_BUDGET, medium: 8_192 };

/** The limit counts thoughts too, as OpenAI's does: the budget fits into it, and where it cannot, the limit is raised. */
function budgeted(plain: Thinking, asked: string): Thinking {
  const wanted = BUDGETS[asked] ?? MOST_BUDGET;
  const thinking = (budget: number): JsonObject => ({ type: 'enabled', budget_tokens: budget });
  const { maxTokens } = plain;
  if (maxTokens === null) {
    const raised = wanted + DEFAULT_MAX_TOKENS;
    return {
      ...plain,
      thinking: thinking(wanted),
      maxTokens: raised,
      extraTokens: wanted,
      withoutSampling: true,
      changed: ['max_tokens'],
    };
  }
  const fits = maxTokens > LEAST_BUDGET;
  const raised = fits ? maxTokens : LEAST_BUDGET + maxTokens;
  const budget = fits ? Math.max(LEAST_BUDGET, Math.min(wanted, Math.floor(maxTokens / 2))) : LEAST_BUDGET;
  return {
    ...plain,
    thinking: thinking(budget),
    maxTokens: raised,
    extraTokens: raised - maxTokens,
    withoutSampling: true,
    changed: fits ? [] : ['max_tokens'],
  };
}

/** Beside a tool that must be called, after an answer begun by the caller, or within a turn begun without thoughts: none. */
const canThink = (request: HubRequest): boolean =>
  !isForced(request) && !endsWithAnswer(request) && !isInTurnWithoutThoughts(request);

const isForced = ({ toolChoice }: HubRequest): boolean => toolChoice === 'required' || typeof toolChoice === 'object';

const endsWithAnswer = ({ messages }: HubRequest): boolean => messages.at(-1)?.role === 'assistant';

function isInTurnWithoutThoughts({ messages }: HubRequest): boolean {
  if (messages.at(-1)?.role !== 'tool') return false;
  const last = messages.findLast(({ role }) => role === 'assistant');
  return last?.parts.every((part) => part.kind !== 'reasoning' || !isSealed(part)) ?? true;
}

/** Thoughts that can be sent back to who thought them. */
export const isSealed = ({
  signature,
  redacted,
}: {
  readonly signature?: string;
  readonly redacted?: string;
}): boolean => signature !== undefined || redacted !== undefined;
