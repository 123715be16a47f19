/** `expect:` of the config: tests of the policy, decided by the very function that routes requests. */
import type { Config } from '../../config/schema';

import type { JsonObject } from '../chat/dialect';
import { chatSize } from '../chat/openai-chat/chat-size';
import type { RouterPlan } from '../plan/types';
import { type Decision, decide } from './decide';
import { detectors } from './detectors';
import { AUTO } from './models';
import { LOCAL_TENANT } from '../tables/key-row';
import { readFacts } from './read-facts';

type Expectation = Config['expect'][number];

/** One thing that was expected and is not so. */
export interface Unmet {
  /** Index in `expect`. */
  readonly index: number;
  readonly key: 'class' | 'route' | 'first' | 'never' | 'error';
  readonly expected: string;
  readonly found: string;
}

/** Decides every expectation with nothing spent and nothing cooling. Empty: all hold. */
export function unmetExpectations(plan: RouterPlan, expectations: readonly Expectation[]): readonly Unmet[] {
  return expectations.flatMap((expectation, index) =>
    compare(expectation, decideGiven(plan, expectation.given)).map((unmet) => ({ index, ...unmet })),
  );
}

const NOTHING_HAPPENED = { cooling: new Set<string>(), spent: { tenantUsd: 0, accountUsd: 0 } };

function decideGiven(plan: RouterPlan, given: Expectation['given']): Decision | { readonly error: string } {
  const body = bodyOf(given);
  const text = JSON.stringify(body);
  const facts = readFacts({
    plan,
    detectors: detectors(plan.sensitivity),
    // Whatever the endpoint, the body made here is a chat's.
    ingress: { endpoint: given.endpoint ?? 'chat', size: chatSize },
    tenant: given.tenant ?? LOCAL_TENANT,
    keyFloor: 'public',
    body,
    bodyText: text,
    bodyBytes: text.length,
    headers: { 'x-hybrid-task': given.task, 'x-hybrid-class': given.sensitivity },
    // An expectation is about rules, so no detector is ever late.
    nowMs: () => 0,
  });
  return 'code' in facts ? { error: facts.code } : decide(plan, facts, NOTHING_HAPPENED);
}

function bodyOf(given: Expectation['given']): JsonObject {
  const needs = given.needs === undefined ? [] : [given.needs].flat();
  const text = { type: 'text', text: given.text ?? 'hello' };
  const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } };
  return {
    model: given.model ?? AUTO,
    messages: [{ role: 'user', content: needs.includes('images') ? [text, image] : text.text }],
    ...(given.stream !== undefined && { stream: given.stream }),
    ...(needs.includes('tools') && { tools: [{ type: 'function', function: { name: 'tool', parameters: {} } }] }),
    ...(needs.includes('schema') && {
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: { type: 'object' } } },
    }),
  };
}

function compare(expectation: Expectation, decision: Decision | { readonly error: string }): Omit<Unmet, 'index'>[] {
  const unmet: Omit<Unmet, 'index'>[] = [];
  const expectEqual = (key: Unmet['key'], expected: string | undefined, found: string): void => {
    if (expected !== undefined && expected !== found) unmet.push({ key, expected, found });
  };
  const decided = 'chain' in decision ? decision : null;
  const asked = decided?.chain.filter(({ use }) => use) ?? [];
  expectEqual('error', expectation.error, decision.error ?? 'no error');
  expectEqual('class', expectation.class, decided?.class.value ?? `error ${decision.error}`);
  expectEqual('route', expectation.route, decided?.route ?? `error ${decision.error}`);
  expectEqual('first', expectation.first, asked[0]?.model ?? `error ${decision.error}`);
  for (const never of expectation.never === undefined ? [] : [expectation.never].flat()) {
    const hit = asked.find(({ model, boundary }) => model === never || boundary === never);
    if (hit !== undefined)
      unmet.push({ key: 'never', expected: `never ${never}`, found: `${hit.model} (${hit.boundary})` });
  }
  return unmet;
}
