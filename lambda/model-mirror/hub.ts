/** The hub: what a revision consists of, and its files as streams that survive broken connections. */
import { setTimeout as delay } from 'node:timers/promises';
import type { HubFile } from './select-files';
import { MirrorRefusal, type MirrorSettings } from './settings';

export interface HubListing {
  /** What the revision is at the moment. */
  readonly commit: string;
  readonly files: readonly HubFile[];
}

/** Tries after which a request, or a download that does not get on, is given up. */
const TRIES = 5;

export class Hub {
  constructor(
    private readonly settings: MirrorSettings,
    /** Before the second try; doubles with each further one. */
    private readonly pauseMs = 1000,
  ) {}

  /** Source of the shape: huggingface_hub `HfApi.model_info(files_metadata=True)`. */
  async list(revision: string): Promise<HubListing> {
    const { hubUrl, model } = this.settings;
    const answer = await this.patiently(async () => {
      const response = await this.get(
        `${hubUrl}/api/models/${model}/revision/${encodeURIComponent(revision)}?blobs=true`,
      );
      return (await response.json()) as RawListing;
    });
    if (typeof answer.sha !== 'string' || !/^[0-9a-f]{40}$/.test(answer.sha) || !Array.isArray(answer.siblings)) {
      throw new MirrorRefusal(`${hubUrl} did not answer as the hub's API does: expected sha and siblings of ${model}`);
    }
    return { commit: answer.sha, files: answer.siblings.map(readFile) };
  }

  /** The file's bytes, in order and each once, over as many connections as it takes. */
  async *download(commit: string, file: HubFile): AsyncGenerator<Uint8Array> {
    const path = file.path.split('/').map(encodeURIComponent).join('/');
    const url = `${this.settings.hubUrl}/${this.settings.model}/resolve/${commit}/${path}`;
    let offset = 0;
    for (let tries = 1; ; tries += 1) {
      try {
        for await (const chunk of await this.openAt(url, offset)) {
          offset += chunk.length;
          tries = 0;
          yield chunk;
        }
        if (offset >= file.sizeBytes) return;
      } catch (error) {
        if (error instanceof MirrorRefusal || tries >= TRIES) throw error;
      }
      if (tries >= TRIES)
        throw new MirrorRefusal(`${file.path} ended at ${offset} of ${file.sizeBytes} bytes, ${TRIES} times`);
      await delay(this.pauseMs * 2 ** tries);
    }
  }

  private async openAt(url: string, offset: number): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.get(url, offset > 0 ? { range: `bytes=${offset}-` } : {});
    if (response.body === null) throw new Error(`no body from ${url}`);
    if (offset > 0 && response.status !== 206) {
      await response.body.cancel();
      throw new Error(`${url} gave status ${response.status} to a request for a part of it`);
    }
    return response.body;
  }

  /** Follows redirects; `fetch` takes the token along only to the hub itself. A silent connection ends after 300 s. */
  private async get(url: string, headers: Record<string, string> = {}): Promise<Response> {
    const { token } = this.settings;
    const response = await fetch(url, {
      headers: {
        'accept-encoding': 'identity',
        'user-agent': 'cdk-hybrid-llm model-mirror',
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...headers,
      },
    });
    if (response.ok) return response;
    await response.body?.cancel();
    const refusal = this.refusal(response.status);
    throw refusal === null ? new Error(`${url} answered with status ${response.status}`) : new MirrorRefusal(refusal);
  }

  /** Of statuses that no second try changes. */
  private refusal(status: number): string | null {
    const { hubUrl, model, revision, token } = this.settings;
    const what = `${model} at ${revision}`;
    if (status === 404) return `${hubUrl} knows no ${what}: check the name and the revision`;
    if (status !== 401 && status !== 403) return null;
    const page = `${hubUrl}/${model}`;
    return token === null
      ? `${hubUrl} shows ${what} to nobody without a token (${status}): accept the model's licence at ${page}, put a token of that account into a secret, and name it in \`hub.secret\` of the config (huggingFaceToken of the store); a model that does not exist gives the same answer`
      : `${hubUrl} does not show ${what} to the owner of this token (${status}): accept the model's licence at ${page} with the token's account, or put the token of an account that has into the secret of \`hub.secret\` (huggingFaceToken of the store)`;
  }

  private async patiently<T>(attempt: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof MirrorRefusal || tries >= TRIES) throw error;
        await delay(this.pauseMs * 2 ** (tries - 1));
      }
    }
  }
}

interface RawListing {
  readonly sha?: unknown;
  readonly siblings?: readonly RawFile[];
}

interface RawFile {
  readonly rfilename: string;
  readonly size?: number;
  readonly blobId?: string;
  readonly lfs?: { readonly sha256: string; readonly size: number } | null;
}

const readFile = ({ rfilename, size, blobId, lfs }: RawFile): HubFile => ({
  path: rfilename,
  sizeBytes: lfs?.size ?? size ?? 0,
  sha256: lfs?.sha256 ?? null,
  gitBlob: blobId ?? null,
});
