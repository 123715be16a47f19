/** The function's entry: called by the fleet table's stream, by lifecycle hooks, and once a minute. */
import { randomUUID } from 'node:crypto';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { environmentCredentials } from '../aws/credentials';
import { dynamo } from '../aws/dynamo';
import { signedSender } from '../aws/send';
import { listHosts } from '../spend-meter/ec2-hosts';
import { awsCapacity } from './capacity';
import { isWorthALook } from './events';
import { fleetStore } from './fleet-store';
import { runController } from './run';
import { readSettings } from './settings';
import { manifestLook } from './weights';

const { region, deployment, fleetTable, fleets } = readSettings(process.env);
const scaling = new AutoScalingClient({ region });
const ec2 = new EC2Client({ region });
const tables = dynamo({ region, attemptMs: 3_000, limitMs: 8_000 });
const weightsComplete = manifestLook(signedSender('s3', region, environmentCredentials()), region, Date.now);
const capacity = awsCapacity(scaling, () => listHosts(ec2, deployment));

export const handler = async (event: unknown): Promise<void> => {
  if (!isWorthALook(event)) return;
  await runController({
    deployment,
    fleets,
    capacity,
    store: fleetStore(tables, fleetTable, randomUUID()),
    weightsComplete,
    nowMs: Date.now,
    log: (line) => process.stdout.write(`${line}\n`),
  });
};
