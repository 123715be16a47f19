/** A fake Secrets Manager on a real socket: `GetSecretValue`, and nothing else. */
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeSecrets {
  readonly url: string;
  /** Ids that were asked for, in order. */
  readonly asked: string[];
  close(): void;
}

export async function startFakeSecrets(texts: Readonly<Record<string, string>>): Promise<FakeSecrets> {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { SecretId } = JSON.parse(Buffer.concat(chunks).toString()) as { SecretId: string };
      asked.push(SecretId);
      const known = request.headers['x-amz-target'] === 'secretsmanager.GetSecretValue' ? texts[SecretId] : undefined;
      response.writeHead(known === undefined ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(
        JSON.stringify(
          known === undefined
            ? { __type: 'ResourceNotFoundException', Message: 'no such secret' }
            : { SecretString: known },
        ),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
