/** The bundle as systemd runs it: a process that signs its heartbeats and drains on SIGTERM. */
import * as path from 'node:path';
import { X509Certificate } from 'node:crypto';
import { readFleetItem } from '../../../../lib/tables/fleet-item';
import type { AttributeValue } from '../../../../lib/tables/attributes';
import type { UpdateInput } from '../../../../lib/tables/update';
import { Listener } from '../../../support/fake-vllm/listener';
import { type BootHost, bootHost, startAgentProcess } from './test-host';

let host: BootHost;
afterEach(() => host.stop());

// Each of its programs is a process of its own.
jest.setTimeout(30_000);

describe('the agent', () => {
  test('writes its row with its role’s credentials, and a last one when it is stopped', async () => {
    host = await bootHost();
    await host.bash(path.join(host.bundle, 'install.sh'));
    // A fake of DynamoDB: takes any update, and says so in a header.
    const table = new Listener('dynamodb', async ({ response }) => {
      response.end('{}');
    });
    await table.open();
    const agent = startAgentProcess({ ...host.env, AWS_ENDPOINT_URL_DYNAMODB: table.url });
    await table.bell.until(() => table.requests.length > 0);
    const { code, output } = await agent.terminate();
    await table.kill();

    expect(code).toBe(0);
    const [first] = table.requests;
    expect(first?.headers['x-amz-target']).toBe('DynamoDB_20120810.UpdateItem');
    expect(first?.headers['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=FAKEKEY\d+\/\d+\/us-east-1\/dynamodb\//,
    );
    expect(first?.headers['x-amz-security-token']).toBe('fake-session');
    const rows = table.requests.map(({ body }) => readFleetItem(itemOf(body as UpdateInput)));
    expect(rows[0]).toMatchObject({
      fleet: 'llama-8b',
      id: 'replica#i-0fa4e000000000001',
      url: 'https://127.0.0.1:8443',
      state: 'booting',
    });
    const certificate = new X509Certificate(host.read('etc/hybrid-llm/tls/gate.crt'));
    expect(rows[0]?.certificateSha256).toBe(certificate.fingerprint256.replaceAll(':', '').toLowerCase());
    expect(rows.at(-1)).toMatchObject({ state: 'drained', detail: 'shutdown' });
    expect(host.read('run/hybrid-llm/draining')).toMatch(/^shutdown/);
    expect(output).toContain('"event":"agent started"');
    expect(output).not.toMatch(/fake-secret|fake-session/);
  });

  test.each([
    [['value', 'image'], '000000000000.dkr.ecr.us-east-1.amazonaws.com/vllm@sha256:abc\n'],
    [['value', 'private-ip'], '127.0.0.1\n'],
    [['value', 'logs'], 's3://acme-logs/hosts/acme/llama-8b/i-0fa4e000000000001\n'],
  ])('%j prints %j', async (args, expected) => {
    host = await bootHost();
    expect(await host.agent(args)).toEqual({ code: 0, output: expected });
  });

  test.each([
    [['value', 'colour'], /which value\? expected one of region, /],
    [['dance'], /which command\? expected one of agent, engine, weights, value/],
  ])('%j is refused with what there is', async (args, message) => {
    host = await bootHost();
    const { code, output } = await host.agent(args);
    expect(code).toBe(1);
    expect(output).toMatch(message);
  });
});

function itemOf({ Key, UpdateExpression, ExpressionAttributeNames, ExpressionAttributeValues }: UpdateInput) {
  const item: Record<string, AttributeValue> = { ...Key };
  for (const part of UpdateExpression.replace('SET ', '').split(', ')) {
    const [name = '', value = ''] = part.split(' = ');
    item[ExpressionAttributeNames[name] ?? ''] = ExpressionAttributeValues[value] as AttributeValue;
  }
  return item;
}
