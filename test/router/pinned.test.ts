/** A replica is who the fleet table says it is, or it gets nothing. */
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { type Post, UpstreamFailure, post } from '../../lambda/router/upstream/http';
import { type Certificate, makeCertificate } from '../support/certificate';
import { describeWith } from '../support/installed';

describeWith('openssl', 'a replica behind a certificate', () => {
  let ours: Certificate;
  let another: Certificate;

  let requests: string[];
  let connections: number;
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    request.resume().on('end', () => response.end('done'));
  });
  let origin: string;

  beforeAll(async () => {
    [ours, another] = [makeCertificate(), makeCertificate()];
    server.setSecureContext({ key: ours.key, cert: ours.cert });
    server.on('secureConnection', (socket) => {
      connections += 1;
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  beforeEach(() => {
    requests = [];
    connections = 0;
  });

  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  const call = (change: Partial<Post>): Promise<string> =>
    post({
      origin,
      path: '/v1/chat/completions',
      headers: { 'content-length': '6' },
      body: 'prompt',
      connectMs: 2_000,
      limitMs: 5_000,
      limitEnds: 'end',
      signal: new AbortController().signal,
      ...change,
    }).then(
      async (response) => (await response.toArray()).join(''),
      (error: unknown) => {
        if (error instanceof UpstreamFailure) return error.failure;
        throw error;
      },
    );

  test('a certificate that the table names is taken, and its connection kept', async () => {
    expect(await call({ certificateSha256: ours.sha256 })).toBe('done');
    expect(await call({ certificateSha256: ours.sha256 })).toBe('done');
    expect({ requests: requests.length, connections }).toEqual({ requests: 2, connections: 1 });
  });

  test('a kept connection that died is replaced by one whose certificate is compared again', async () => {
    await call({ certificateSha256: ours.sha256 });
    for (const socket of sockets) socket.destroy();
    expect(await call({ certificateSha256: ours.sha256 })).toBe('done');
  });

  test('another certificate gets no byte of the request', async () => {
    expect(await call({ certificateSha256: another.sha256 })).toBe('certificate_mismatch');
    expect(requests).toEqual([]);
  });

  test('a connection that was kept for one certificate is not used for another', async () => {
    await call({ certificateSha256: ours.sha256 });
    expect(await call({ certificateSha256: another.sha256 })).toBe('certificate_mismatch');
    expect(requests).toHaveLength(1);
  });

  test('who has written down a certificate is not asked in plain text', async () => {
    const plain = origin.replace('https:', 'http:');
    expect(await call({ origin: plain, certificateSha256: ours.sha256 })).toBe('certificate_mismatch');
  });

  test('without a certificate in the table an unknown one is refused', async () => {
    expect(await call({})).toBe('connect_failed');
    expect(requests).toEqual([]);
  });

  test('a host that never answers the handshake is given up in time', async () => {
    const deaf = createTcpServer((socket) => void socket.on('error', () => undefined));
    await new Promise<void>((listening) => deaf.listen(0, '127.0.0.1', listening));
    const held: Socket[] = [];
    deaf.on('connection', (socket) => held.push(socket));
    const port = (deaf.address() as AddressInfo).port;
    const call100Ms = call({ origin: `https://127.0.0.1:${port}`, certificateSha256: ours.sha256, connectMs: 100 });
    expect(await call100Ms).toBe('connect_timeout');
    for (const socket of held) socket.destroy();
    deaf.close();
  });
});
