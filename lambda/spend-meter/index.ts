/** The function's entry: a schedule calls it every five minutes, whatever the event says. */
import { randomUUID } from 'node:crypto';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EC2Client } from '@aws-sdk/client-ec2';
import { commandItem } from '../../lib/tables/command-item';
import { dynamo } from '../aws/dynamo';
import { sweepReservations } from '../router/stores/sweep-reservations';
import { listHosts, spotPrices } from './ec2-hosts';
import { meterStore } from './meter-store';
import { publish } from './publish';
import { readyReplicas } from './ready-replicas';
import { runMeter } from './run';
import { readSettings } from './settings';

const { region, deployment, ledgerTable, fleetTables, killSwitch } = readSettings(process.env);
const ec2 = new EC2Client({ region });
const cloudWatch = new CloudWatchClient({ region });
// Nobody waits for an answer here, so a slow table gets its time.
const tables = dynamo({ region, attemptMs: 5_000, limitMs: 15_000 });

export const handler = (): Promise<void> =>
  runMeter({
    region,
    fleetTables,
    killSwitch,
    store: meterStore(tables, ledgerTable, randomUUID()),
    nowMs: Date.now,
    listHosts: () => listHosts(ec2, deployment),
    spotPrices: (kinds) => spotPrices(ec2, kinds, Date.now()),
    readyReplicas: (table, fleet) => readyReplicas(tables, table, fleet, Date.now()),
    tellFleet: async (table, row) => void (await tables.call('PutItem', { TableName: table, Item: commandItem(row) })),
    sweepReservations: () => sweepReservations(tables, ledgerTable, Date.now()),
    publish: (data) => publish(cloudWatch, deployment, data, Date.now()),
    log: (line) => process.stdout.write(`${line}\n`),
  });
