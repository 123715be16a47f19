/** `explain`: decides a request without sending it, and says why each model would or would not be asked. */
import { readFileSync } from 'node:fs';
import { CLASSES, TASKS } from '../../config/vocabulary';
import type { Config } from '../../config/schema';
import type { JsonObject } from '../../lib/chat/dialect';
import { compile } from '../../lib/plan/compile';
import type { RouterPlan } from '../../lib/plan/types';
import { type Decision, decide } from '../../lib/policy/decide';
import { detectors } from '../../lib/policy/detectors';
import type { RouterError } from '../../lib/policy/errors';
import type { Facts } from '../../lib/policy/facts';
import { refusal } from '../../lib/policy/messages';
import { findModel } from '../../lib/policy/models';
import { readFacts } from '../../lib/policy/read-facts';
import { DEFAULT_MAX_TOKENS, boundUsd } from '../../lib/spend/price';
import { type Args, type Command, ExitCode, UsageError, flag, oneOf, text } from './command';
import { CONFIG_OPTION, configOrFindings } from './load-config';

export const explain: Command = {
  name: 'explain',
  summary: 'decides a request without sending it, and says why',
  usage: `hybrid-llm explain [TEXT] [--config FILE] [--json]
  --body FILE     a whole request body instead of TEXT ("-": standard input)
  --model NAME    the model as a caller names it (auto)
  --task NAME     ${TASKS.join(' | ')}
  --class NAME    ${CLASSES.join(' | ')}
  --tenant NAME   whose request it is (local: every model, no floor)
  --sealed        on the sealed lane
  --stream        streamed`,
  options: {
    ...CONFIG_OPTION,
    body: { type: 'string' },
    model: { type: 'string' },
    task: { type: 'string' },
    class: { type: 'string' },
    tenant: { type: 'string' },
    sealed: { type: 'boolean' },
    stream: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  async run(args) {
    const config = configOrFindings(args);
    if (config === null) return ExitCode.badInput;
    const plan = compile(config, flag(args, 'sealed') ? 'sealed' : 'open');
    const facts = askedFacts(args, config, plan);
    if ('code' in facts) {
      process.stderr.write(`${facts.code}: ${facts.message}\n`);
      return ExitCode.badInput;
    }
    const decision = decide(plan, facts, { cooling: new Set(), spent: { tenantUsd: 0, accountUsd: 0 } });
    const explanation = explained(plan, facts, decision);
    process.stdout.write(
      flag(args, 'json') ? `${JSON.stringify(explanation, null, 2)}\n` : format(explanation, plan, facts, decision),
    );
    return ExitCode.done;
  },
};

function askedFacts(args: Args, config: Config, plan: RouterPlan): Facts | RouterError {
  const tenant = text(args, 'tenant') ?? 'local';
  if (tenant !== 'local' && config.tenants[tenant] === undefined) {
    throw new UsageError(
      `--tenant is \`${tenant}\`; the config has: ${Object.keys(config.tenants).join(', ') || 'none'}`,
    );
  }
  const body = askedBody(args);
  return readFacts({
    plan,
    detectors: detectors(plan.sensitivity),
    endpoint: 'chat',
    tenant,
    keyFloor: 'public',
    body,
    bodyBytes: Buffer.byteLength(JSON.stringify(body)),
    headers: { 'x-hybrid-task': oneOf(args, 'task', TASKS), 'x-hybrid-class': oneOf(args, 'class', CLASSES) },
    nowMs: Date.now,
  });
}

function askedBody(args: Args): JsonObject {
  const file = text(args, 'body');
  const model = text(args, 'model');
  const stream = flag(args, 'stream') ? { stream: true } : {};
  if (file === undefined) {
    return { model: model ?? 'auto', messages: [{ role: 'user', content: args.positionals.join(' ') }], ...stream };
  }
  let body: unknown;
  try {
    body = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
  } catch (error) {
    throw new UsageError(`--body ${file} is not a readable JSON file (${(error as Error).name})`);
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new UsageError(`--body ${file} is not a JSON object`);
  return { ...body, ...(model !== undefined && { model }), ...stream };
}

/** The shape that `--json` prints. What a detector matched is in none of it. */
function explained(plan: RouterPlan, facts: Facts, decision: Decision) {
  const first = decision.chain.find(({ use }) => use);
  const price = first === undefined ? null : (findModel(plan, first.model)?.model.price ?? null);
  const maxTokens = decision.set.maxTokens ?? facts.maxTokens ?? DEFAULT_MAX_TOKENS;
  return {
    class: {
      value: decision.class.value,
      from: decision.class.from.map(({ source, where, detector }) => ({
        source,
        where,
        ...(detector !== undefined && { detector }),
      })),
    },
    task: decision.task,
    route: decision.route,
    chain: decision.chain,
    set: decision.set,
    estimate: {
      promptTokensMax: facts.promptTokensMax,
      usdMax: price === null ? null : boundUsd(price, facts.promptTokensMax, maxTokens * facts.choices),
    },
    ...(decision.error !== null && { error: decision.error }),
  };
}

function format(explanation: ReturnType<typeof explained>, plan: RouterPlan, facts: Facts, decision: Decision): string {
  const from = explanation.class.from.map(({ source, where, detector }) =>
    `${source} ${detector ?? ''} ${where}`.replace(/ +/g, ' '),
  );
  const lines = [
    `class   ${explanation.class.value}   (${from.join('; ')})`,
    `task    ${explanation.task.value ?? 'none'}${explanation.task.from === null ? '' : `   (${explanation.task.from})`}`,
    `route   ${explanation.route ?? 'none: the model is named'}`,
    ...explanation.chain.map(
      ({ model, target, boundary, use, reason }) =>
        `${use ? 'ask   ' : 'skip  '}  ${model}   ${target}   ${boundary}${reason === undefined ? '' : `   ${reason}`}`,
    ),
  ];
  if (Object.keys(explanation.set).length > 0) lines.push(`set     ${JSON.stringify(explanation.set)}`);
  const { promptTokensMax, usdMax } = explanation.estimate;
  lines.push(
    `bound   ${promptTokensMax} prompt tokens, ${usdMax === null ? 'price not known' : `at most $${usdMax.toFixed(6)}`}`,
  );
  if (decision.error !== null) {
    lines.push(
      `error   ${decision.error}: ${refusal(plan, { ...decision, error: decision.error }, facts.model).message}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
