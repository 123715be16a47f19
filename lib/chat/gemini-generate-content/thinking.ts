/**
 * OpenAI's `reasoning_effort` as Gemini's `thinkingConfig`, by the table of Google's own OpenAI-compatible endpoint.
 * Source: https://ai.google.dev/gemini-api/docs/openai#thinking and https://ai.google.dev/gemini-api/docs/thinking
 */
import type { JsonObject } from '../json';
import { GEMINI_2_5, GEMINI_3, generationOf } from './model-generation';
import type { Written } from './written';

/** Thoughts are asked for with the effort: a caller who sets it gets them as reasoning. */
export function writeThinking(effort: string | null, model: string): Written {
  if (effort === null) return { fields: {}, dropped: [], changed: [] };
  const meant = meaningOf(effort, model);
  if (meant === null) return { fields: {}, dropped: ['reasoning_effort'], changed: [] };
  const thinkingConfig = { ...meant.amount, ...(effort !== 'none' && { includeThoughts: true }) };
  return { fields: { thinkingConfig }, dropped: [], changed: meant.isExact ? [] : ['reasoning_effort'] };
}

interface Meaning {
  readonly amount: JsonObject;
  readonly isExact: boolean;
}

/** `null`: the model does not think, or the word is not known. */
function meaningOf(effort: string, model: string): Meaning | null {
  const generation = generationOf(model);
  if (generation < GEMINI_2_5 || !EFFORTS.includes(effort)) return null;
  const isPro = /-pro\b/.test(model);
  if (generation < GEMINI_3) {
    // 2.5 Pro always thinks; this is the least it takes.
    if (effort === 'none' && isPro) return { amount: { thinkingBudget: 128 }, isExact: false };
    return { amount: { thinkingBudget: BUDGETS[effort] ?? MOST_BUDGET }, isExact: effort in BUDGETS };
  }
  if (isPro && (effort === 'none' || effort === 'minimal')) return { amount: { thinkingLevel: 'low' }, isExact: false };
  // Thinking cannot be turned off from Gemini 3 on.
  const level = effort === 'none' ? 'minimal' : LEVELS.includes(effort) ? effort : 'high';
  return { amount: { thinkingLevel: level }, isExact: level === effort };
}

const LEVELS = ['minimal', 'low', 'medium', 'high'];
const EFFORTS = ['none', ...LEVELS, 'xhigh', 'max'];

const MOST_BUDGET = 24_576;
const BUDGETS: Readonly<Record<string, number>> = {
  none: 0,
  minimal: 1_024,
  low: 1_024,
  medium: 8_192,
  high: MOST_BUDGET,
};
