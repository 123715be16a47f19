/** What a lane's function is made of: the router's bundle, the same bytes in each lane, and the lane's own plan. */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { Stage } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { RouterPlan } from '../../lib/plan/types';
import { bundledAsset } from '../assets';

/** Without a plan the function is never deployed: an error of the policy stands beside it. */
export function laneCode(scope: Construct, plan: RouterPlan | null): lambda.Code {
  if (plan === null) return lambda.Code.fromAsset(bundledAsset('router'));
  const bundle = bundledAsset('router');
  const files = readdirSync(bundle).filter((file) => file.endsWith('.js'));
  const planText = `${JSON.stringify(plan)}\n`;
  const hash = createHash('sha256').update(planText);
  // The program and its chunks: their names say what is in the chunks.
  for (const file of files.sort()) hash.update(file).update(readFileSync(path.join(bundle, file)));
  const folder = path.join(outFolder(scope), `hybrid-llm-${hash.digest('hex').slice(0, 16)}`);
  mkdirSync(folder, { recursive: true });
  for (const file of files) copyFileSync(path.join(bundle, file), path.join(folder, file));
  writeFileSync(path.join(folder, 'plan.json'), planText);
  return lambda.Code.fromAsset(folder);
}

/** Where CDK stages assets; a folder named by what it holds is the same however often it is made. */
function outFolder(scope: Construct): string {
  const stage = Stage.of(scope);
  if (stage === undefined) throw new Error(`${scope.node.path} is in no CDK app; expected a construct below an App`);
  return stage.assetOutdir;
}
