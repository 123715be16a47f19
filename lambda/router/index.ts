/**
 * The function's entry: reads `plan.json` beside it and its environment once, and answers by Lambda's response stream.
 * Lines leave by raw writes: `console.log` puts a prefix before each, and CloudWatch then sees no metrics in them.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { bind, checkLane } from '../../lib/plan/bind';
import { ENVIRONMENT } from '../../lib/plan/environment';
import type { RouterPlan } from '../../lib/plan/types';
import { detectors } from '../../lib/policy/detectors';
import { tableFailureLine } from '../../lib/records/table-failure';
import { environmentCredentials } from '../aws/credentials';
import { createRouter } from './app';
import { lambdaStreamHandler } from './fronts/lambda-stream';
import { preload } from './protocols';
import { accountStores } from './stores/account';

const plan = JSON.parse(readFileSync(path.join(__dirname, 'plan.json'), 'utf8')) as RouterPlan;
checkLane(plan, process.env);
const deployment = process.env[ENVIRONMENT.deployment] ?? plan.name;

const writeLine = (line: string): void => void process.stdout.write(`${line}\n`);

const { keys, ledger, replicas, secrets, wakes } = accountStores({
  plan,
  bindings: bind(plan, process.env),
  nowMs: Date.now,
  report: (failure) => writeLine(tableFailureLine(deployment, plan.lane, failure, Date.now())),
});

const router = createRouter({
  deployment,
  lanes: {
    [plan.lane]: {
      plan,
      secrets,
      credentials: environmentCredentials(),
      detectors: detectors(plan.sensitivity),
      replicas,
      wakes,
    },
  },
  keys,
  ledger,
  nowMs: Date.now,
  newId: randomUUID,
  emit: ({ decision, metrics }) => {
    writeLine(decision);
    writeLine(metrics);
  },
});

export const handler = lambdaStreamHandler(router, plan.limits);

// Nobody waits for it: a request that is earlier loads what it needs itself, and is told of what fails.
preload(plan).catch(() => undefined);
