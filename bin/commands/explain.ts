/** `explain`: decides a request without sending it, and says why each model would or would not be asked. */
import { readFileSync } from 'node:fs';
import { CLASSES, ENDPOINTS, TASKS } from '../../config/vocabulary';
import type { Config } from '../../config/schema';
import { parseObject } from '../../lib/chat/json';
import { splice } from '../../lib/chat/splice';
import { checkedBody } from '../../lib/chat/checked-body';
import { ingressOf } from '../../lambda/router/protocols';
import { compile } from '../../lib/plan/compile';
import { own } from '../../lib/plan/own';
import type { RouterPlan } from '../../lib/plan/types';
import { type Decision, decide } from '../../lib/policy/decide';
import { detectors } from '../../lib/policy/detectors';
import type { RouterError } from '../../lib/policy/errors';
import type { Facts } from '../../lib/policy/facts';
import { refusal, tooLarge } from '../../lib/policy/messages';
import { AUTO, findModel } from '../../lib/policy/models';
import { readFacts } from '../../lib/policy/read-facts';
import { reservationUsd } from '../../lib/spend/price';
import { LOCAL_TENANT } from '../../lib/tables/key-row';
import { type Args, type Command, ExitCode, UsageError, flag, oneOf, text } from './command';
import { CONFIG_OPTION, configOrFindings } from './load-config';

export const explain: Command = {
  name: 'explain',
  positionals: 1,
  summary: 'decides a request without sending it, and says why',
  usage: `hybrid-llm explain [TEXT] [--config FILE] [--json]
  --body FILE     a whole request body instead of TEXT ("-": standard input)
  --endpoint NAME where the body would be sent: ${ENDPOINTS.join(' | ')} (chat)
  --model NAME    the model as a caller names it (auto)
  --task NAME     ${TASKS.join(' | ')}
  --class NAME    ${CLASSES.join(' | ')}
  --tenant NAME   whose request it is (local: every model, no floor)
  --sealed        on the sealed lane
  --stream        streamed`,
  options: {
    ...CONFIG_OPTION,
    body: { type: 'string' },
    endpoint: { type: 'string' },
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
    const plan = compile(config, flag(args, 'sealed') || !config.lanes.includes('open') ? 'sealed' : 'open');
    const asked = await askedOf(args, config, plan);
    if ('code' in asked) {
      process.stderr.write(`${asked.code}: ${asked.message}\n`);
      return ExitCode.badInput;
    }
    const { facts } = asked;
    const decision = decide(plan, facts, { cooling: new Set(), spent: { tenantUsd: 0, accountUsd: 0 } });
    const explanation = explained(plan, facts, decision);
    process.stdout.write(
      flag(args, 'json')
        ? `${JSON.stringify(explanation, null, 2)}\n`
        : format(explanation, refusalOf(plan, asked, decision)),
    );
    // That a request would be refused is an answer too.
    return ExitCode.done;
  },
};

interface Asked {
  readonly facts: Facts;
  /** As the caller wrote it: among the facts, a name that nobody configured is only `*`. */
  readonly model: string;
}

async function askedOf(args: Args, config: Config, plan: RouterPlan): Promise<Asked | RouterError> {
  const tenant = text(args, 'tenant') ?? LOCAL_TENANT;
  if (tenant !== LOCAL_TENANT && own(config.tenants, tenant) === undefined) {
    const known = [LOCAL_TENANT, ...Object.keys(config.tenants)].join(', ');
    throw new UsageError(`--tenant is \`${tenant}\`; there are: ${known}`);
  }
  const ingress = await ingressOf(oneOf(args, 'endpoint', ENDPOINTS) ?? 'chat');
  const body = checkedBody(askedBody(args), ingress);
  if ('code' in body) return body;
  const bodyBytes = Buffer.byteLength(body.text);
  if (bodyBytes > plan.limits.maxBodyBytes) {
    return tooLarge(plan);
  }
  const facts = readFacts({
    plan,
    detectors: detectors(plan.sensitivity),
    ingress,
    tenant,
    keyFloor: 'public',
    body: body.json,
    bodyText: body.text,
    bodyBytes,
    headers: { 'x-hybrid-task': oneOf(args, 'task', TASKS), 'x-hybrid-class': oneOf(args, 'class', CLASSES) },
    nowMs: Date.now,
  });
  return 'code' in facts ? facts : { facts, model: String(body.json['model']).slice(0, 256) };
}

/** What a caller would be told; `null`: the request is not refused. */
const refusalOf = (plan: RouterPlan, { model }: Asked, decision: Decision): RouterError | null =>
  decision.error === null ? null : refusal(plan, { ...decision, error: decision.error }, model);

/** The body's text: a file's as it stands, unless an option changes it. */
function askedBody(args: Args): string {
  const file = text(args, 'body');
  const model = text(args, 'model');
  const stream = flag(args, 'stream') ? { stream: true } : {};
  if (file === undefined) {
    const messages = [{ role: 'user', content: args.positionals[0] ?? '' }];
    return JSON.stringify({ model: model ?? AUTO, messages, ...stream });
  }
  if (args.positionals.length > 0) throw new UsageError('give either TEXT or --body, not both');
  let body: string;
  try {
    body = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new UsageError(`--body ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  const set = {
    ...(model !== undefined && { model: JSON.stringify(model) }),
    ...(flag(args, 'stream') && { stream: 'true' }),
  };
  return Object.keys(set).length === 0 || parseObject(body) === null ? body : splice(body, { set });
}

/** The most that any model of the chain could cost; `null`: a price is not known. */
function mostUsd(plan: RouterPlan, facts: Facts, decision: Decision): number | null {
  const maxTokens = decision.set.maxTokens ?? facts.maxTokens;
  const prices = decision.chain
    .filter(({ use }) => use)
    .map(({ model }) => findModel(plan, model)?.model.price ?? null);
  if (prices.length === 0 || prices.includes(null)) return null;
  return Math.max(...prices.map((price) => reservationUsd(price, facts, maxTokens)));
}

/** The shape that `--json` prints. What a detector matched is in none of it. */
function explained(plan: RouterPlan, facts: Facts, decision: Decision) {
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
      usdMax: mostUsd(plan, facts, decision),
    },
    ...(decision.error !== null && { error: decision.error }),
  };
}

function format(explanation: ReturnType<typeof explained>, refused: RouterError | null): string {
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
  if (refused !== null) lines.push(`error   ${refused.code}: ${refused.message}`);
  return `${lines.join('\n')}\n`;
}
