/** A fake of the Hugging Face hub: one model, over a real socket, with the failures that real ones have. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface FakeFile {
  readonly content: Buffer;
  /** Stored as a large file, known by its SHA-256. @default true for safetensors */
  readonly large?: boolean;
  /** What the hub claims the checksum is. @default - the truth */
  readonly claimedSha256?: string;
  /** Ends each connection after so many bytes. */
  readonly breakAfterBytes?: number;
}

export interface FakeHubModel {
  readonly id: string;
  /** Branch or tag → commit. */
  branches: Record<string, string>;
  readonly files: Record<string, FakeFile>;
  /** Token that the model is shown for. @default - to everybody */
  readonly token?: string;
}

export interface SeenRequest {
  readonly path: string;
  readonly authorization?: string;
  readonly range?: string;
}

export class FakeHub {
  readonly seen: SeenRequest[] = [];
  /** Statuses given to the next requests, one each. */
  readonly failures: number[] = [];
  private readonly server = http.createServer((request, response) => this.answer(request, response));
  /** Where large files are: another origin, as the hub's storage is. */
  private readonly storage = http.createServer((request, response) => this.store(request, response));

  constructor(
    readonly model: FakeHubModel,
    /** Between pieces of a file's content. @default 0, and no pieces */
    private readonly pauseMs = 0,
  ) {}

  async start(): Promise<string> {
    await Promise.all([this.server, this.storage].map((one) => once(one.listen(0, '127.0.0.1'), 'listening')));
    return `http://127.0.0.1:${portOf(this.server)}`;
  }

  async stop(): Promise<void> {
    for (const one of [this.server, this.storage]) {
      one.closeAllConnections();
      one.close();
      await once(one, 'close');
    }
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const { pathname } = this.note(request);
    const failure = this.failures.shift();
    if (failure !== undefined) return this.end(response, failure);
    const { id, token } = this.model;
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      return this.end(response, request.headers.authorization === undefined ? 401 : 403);
    }
    const revision = pathname.split(`/api/models/${id}/revision/`)[1];
    if (revision !== undefined) return this.list(response, decodeURIComponent(revision));
    const [, commit = '', path = ''] = new RegExp(`^/${id}/resolve/([^/]+)/(.+)$`).exec(pathname) ?? [];
    const file = Object.values(this.model.branches).includes(commit)
      ? this.model.files[decodeURIComponent(path)]
      : undefined;
    if (file === undefined) return this.end(response, 404);
    if (!isLarge(decodeURIComponent(path), file)) return void this.send(request, response, file);
    response.writeHead(302, { location: `http://127.0.0.1:${portOf(this.storage)}/${path}` }).end();
  }

  private list(response: http.ServerResponse, revision: string): void {
    const commit = this.model.branches[revision] ?? Object.values(this.model.branches).find((one) => one === revision);
    if (commit === undefined) return this.end(response, 404);
    const siblings = Object.entries(this.model.files).map(([rfilename, file]) => {
      const { content } = file;
      const blobId = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
      const sha256 = file.claimedSha256 ?? createHash('sha256').update(content).digest('hex');
      const lfs = isLarge(rfilename, file) ? { lfs: { sha256, size: content.length, pointerSize: 135 } } : {};
      return { rfilename, size: content.length, blobId, ...lfs };
    });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ sha: commit, siblings }));
  }

  private store(request: http.IncomingMessage, response: http.ServerResponse): void {
    const { pathname } = this.note(request);
    void this.send(request, response, this.model.files[decodeURIComponent(pathname.slice(1))] as FakeFile);
  }

  private async send(request: http.IncomingMessage, response: http.ServerResponse, file: FakeFile): Promise<void> {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const body = file.content.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': body.length });
    const sent = body.subarray(0, file.breakAfterBytes);
    if (this.pauseMs > 0) {
      for (let at = 0; at < sent.length && !response.destroyed; at += PIECE_BYTES) {
        response.write(sent.subarray(at, at + PIECE_BYTES));
        await delay(this.pauseMs);
      }
    } else {
      response.write(sent);
    }
    if (sent.length === body.length) response.end();
    else response.write('', () => response.destroy());
  }

  private note(request: http.IncomingMessage): URL {
    const { authorization, range } = request.headers;
    this.seen.push({ path: request.url ?? '', ...(authorization && { authorization }), ...(range && { range }) });
    return new URL(request.url ?? '', 'http://hub');
  }

  private end(response: http.ServerResponse, status: number): void {
    response.writeHead(status).end();
  }
}

const PIECE_BYTES = 32 * 1024;
const isLarge = (path: string, file: FakeFile): boolean => file.large ?? path.endsWith('.safetensors');
const portOf = (server: http.Server): number => (server.address() as AddressInfo).port;
