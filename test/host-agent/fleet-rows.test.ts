import { fleetRows } from '../../lambda/host-agent/fleet-rows';
import type { UpdateInput } from '../../lib/tables/update';
import { type FleetReplicaRow } from '../../lib/tables/fleet-row';
import { type AttributeValue } from '../../lib/tables/attributes';
import { readFleetItem } from '../../lib/tables/fleet-item';

const ROW: FleetReplicaRow = {
  fleet: 'llama-8b',
  id: 'replica#i-1',
  state: 'ready',
  url: 'https://10.0.3.7:8443',
  certificateSha256: 'ab',
  heartbeatMs: 1_790_000_000_500,
  sequence: 7,
  running: 3,
  waiting: 1,
  kvUse: 0.25,
  detail: '',
};

async function written(row: FleetReplicaRow): Promise<{ operation: string; input: UpdateInput }> {
  const calls: { operation: string; input: UpdateInput }[] = [];
  const call = async <Output>(operation: string, input: object): Promise<Output> => {
    calls.push({ operation, input: input as UpdateInput });
    return {} as Output;
  };
  await fleetRows({ call }, 'acme-fleet').write(row);
  const [only] = calls;
  if (only === undefined || calls.length !== 1) throw new Error(`${calls.length} calls`);
  return only;
}

/** The item that the update makes of nothing, or of `item`. */
function applied({ Key, UpdateExpression, ExpressionAttributeNames, ExpressionAttributeValues }: UpdateInput) {
  const item: Record<string, AttributeValue> = { ...Key };
  expect(UpdateExpression).toMatch(/^SET [^A-Z]*$/);
  for (const part of UpdateExpression.slice('SET '.length).split(', ')) {
    const [name = '', value = ''] = part.split(' = ');
    item[ExpressionAttributeNames[name] ?? ''] = ExpressionAttributeValues[value] as AttributeValue;
  }
  return item;
}

test('writes the row that the router reads', async () => {
  const { input } = await written(ROW);
  expect(input.TableName).toBe('acme-fleet');
  expect(readFleetItem(applied(input))).toEqual(ROW);
});

test('leaves alone what others wrote into it', async () => {
  const { operation, input } = await written(ROW);
  expect(operation).toBe('UpdateItem');
  expect(Object.keys(input.Key)).toEqual(['fleet', 'id']);
});

test('lets the row of a host that is gone expire after an hour', async () => {
  const { input } = await written(ROW);
  expect(applied(input)['ttl']).toEqual({ N: String(1_790_000_000 + 3_600) });
});
