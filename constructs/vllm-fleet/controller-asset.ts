/** What the controller is made of: its bundle, and the settings of its fleets in a file beside it, without any token. */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { Stage, Token } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { CONTROLLED_FLEETS_FILE, type ControlledFleet } from '../../lib/capacity/controlled-fleet';
import { bundledAsset } from '../assets';
import type { IControlledFleet } from './i-controlled-fleet';

export function controllerCode(scope: Construct, fleets: readonly IControlledFleet[]): lambda.Code {
  const stage = Stage.of(scope);
  if (stage === undefined) throw new Error(`${scope.node.path} is in no CDK app; expected a construct below an App`);
  const bundle = path.join(bundledAsset('fleet-controller'), 'index.js');
  const known = (_name: string, value: unknown): unknown => (Token.isUnresolved(value) ? undefined : value);
  const settings = `${JSON.stringify(fleets.map(controlledFleet), known)}\n`;
  const name = createHash('sha256').update(readFileSync(bundle)).update(settings).digest('hex').slice(0, 16);
  const folder = path.join(stage.assetOutdir, `hybrid-llm-controller-${name}`);
  mkdirSync(folder, { recursive: true });
  copyFileSync(bundle, path.join(folder, 'index.js'));
  writeFileSync(path.join(folder, CONTROLLED_FLEETS_FILE), settings);
  return lambda.Code.fromAsset(folder);
}

export function controlledFleet(fleet: IControlledFleet): ControlledFleet {
  const { scaling } = fleet;
  return {
    fleet: fleet.fleetName,
    minReplicas: scaling.minReplicas,
    maxReplicas: scaling.maxReplicas,
    idleMs: scaling.idleMinutes * 60_000,
    wake: scaling.wake,
    schedules: scaling.schedules.map(({ days, from, to, tz, min }) => ({ days, from, to, tz: tz ?? 'UTC', min })),
    spot: scaling.spot,
    onDemandBase: scaling.onDemandBase,
    extraSpot: scaling.spareAfterInterruption ? null : scaling.extraSpot,
    onDemandFallback: scaling.onDemandFallback,
    concurrency: fleet.concurrency,
    instanceTypes: fleet.instanceTypes,
    bootTimeoutMs: fleet.bootTimeout.toMilliseconds(),
    weightsPrefix: fleet.weightsPrefix,
  };
}
