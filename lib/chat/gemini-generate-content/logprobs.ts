/** `logprobsResult` into the hub. Source: https://ai.google.dev/api/generate-content#LogprobsResult */
import type { HubLogprob } from '../hub';
import { type JsonObject, isObject } from '../json';

export function readLogprobs(result: unknown): HubLogprob[] {
  if (!isObject(result)) return [];
  const top = objectsIn(result['topCandidates']);
  return objectsIn(result['chosenCandidates']).map((chosen, index) => ({
    ...readToken(chosen),
    top: objectsIn(top[index]?.['candidates']).map(readToken),
  }));
}

/** Through its text, because exact parsing keeps what JavaScript would write in other digits. A field left out is 0. */
const readToken = ({ token, logProbability }: JsonObject): { token: string; logprob: number } => ({
  token: typeof token === 'string' ? token : '',
  logprob: Number(JSON.stringify(logProbability ?? 0)),
});

const objectsIn = (list: unknown): JsonObject[] => (Array.isArray(list) ? list.filter(isObject) : []);
