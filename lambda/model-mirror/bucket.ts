/** The bucket, by the AWS command line that the build's image has: no SDK is bundled. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { buffer } from 'node:stream/consumers';

export interface StoredFile {
  readonly sizeBytes: number;
  /** As stated when it was stored; `null`: not stated. */
  readonly sha256: string | null;
}

export class Bucket {
  constructor(
    private readonly name: string,
    /** Of the command line: where it is found, and its credentials. */
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** `null`: there is no such file. */
  async find(key: string): Promise<StoredFile | null> {
    const text = await this.ask(key, ['s3api', 'head-object', '--bucket', this.name, '--key', key, '--output', 'json']);
    if (text === null) return null;
    const head = JSON.parse(text) as { ContentLength: number; Metadata?: { sha256?: string } };
    return { sizeBytes: head.ContentLength, sha256: head.Metadata?.sha256 ?? null };
  }

  /** Content of a small file; `null`: there is no such file. */
  read(key: string): Promise<string | null> {
    return this.ask(key, ['s3', 'cp', this.uri(key), '-', '--only-show-errors']);
  }

  private async ask(key: string, args: readonly string[]): Promise<string | null> {
    const { child, ended } = aws(args, this.env);
    child.stdin.end();
    const { code, stdout, stderr } = await ended;
    if (code === 0) return stdout;
    if (stderr.includes('(404)')) return null;
    throw failed(`looking for ${key}`, code, stderr);
  }

  /** Begins to store a file. Nothing is there before `finish`. */
  upload(key: string, sizeBytes: number, sha256: string | null): Upload {
    // Without its size a file of more than 80 GB would run out of parts.
    const size = ['--expected-size', String(sizeBytes)];
    const args = ['s3', 'cp', '-', this.uri(key), '--only-show-errors', ...size, ...metadata(sha256)];
    return new Upload(key, aws(args, this.env));
  }

  /**
   * Stores a small file as a whole. Of what comes by a pipe the command line stores whatever it has when this program is
   * killed, which a manifest must not be, nor a file that one lists.
   */
  async store(key: string, content: Uint8Array, sha256: string | null): Promise<void> {
    const folder = await mkdtemp(path.join(tmpdir(), 'model-mirror-'));
    try {
      const file = path.join(folder, 'file');
      await writeFile(file, content);
      await this.run(`storing ${key}`, ['s3', 'cp', file, this.uri(key), '--only-show-errors', ...metadata(sha256)]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private async run(doing: string, args: readonly string[]): Promise<void> {
    const { child, ended } = aws(args, this.env);
    child.stdin.end();
    const { code, stderr } = await ended;
    if (code !== 0) throw failed(doing, code, stderr);
  }

  private uri(key: string): string {
    return `s3://${this.name}/${key}`;
  }
}

const metadata = (sha256: string | null): string[] => (sha256 === null ? [] : ['--metadata', `sha256=${sha256}`]);

export class Upload {
  constructor(
    private readonly key: string,
    private readonly command: Command,
  ) {}

  /** Resolves when more may follow. */
  async write(chunk: Uint8Array): Promise<void> {
    const { child, ended } = this.command;
    if (child.stdin.write(chunk)) return;
    // A broken pipe says less than what the command says of its end.
    const drained = once(child.stdin, 'drain').then(
      () => null,
      () => ended,
    );
    const outcome = await Promise.race([drained, ended]);
    if (outcome !== null) throw failed(`storing ${this.key}`, outcome.code, outcome.stderr);
  }

  /** Resolves when the file is stored. */
  async finish(): Promise<void> {
    this.command.child.stdin.end();
    const { code, stderr } = await this.command.ended;
    if (code !== 0) throw failed(`storing ${this.key}`, code, stderr);
  }

  /** Ends without the file: a command that is killed cannot take what came so far for all of it. */
  async abandon(): Promise<void> {
    this.command.child.kill('SIGKILL');
    await this.command.ended;
  }
}

interface Command {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

function aws(args: readonly string[], env: NodeJS.ProcessEnv): Command {
  const child = spawn('aws', args, { stdio: 'pipe', env });
  // What goes wrong with it shows in the exit code, which everybody waits for.
  child.stdin.on('error', () => undefined);
  const ended = Promise.all([once(child, 'close'), buffer(child.stdout), buffer(child.stderr)]).then(
    ([[code], stdout, stderr]) => ({
      code: code as number | null,
      stdout: stdout.toString(),
      stderr: stderr.toString(),
    }),
  );
  // Whoever needs the result awaits it; until then a command that cannot be started must not end the program.
  ended.catch(() => undefined);
  return { child, ended };
}

const failed = (doing: string, code: number | null, stderr: string): Error =>
  new Error(`${doing} failed: the AWS command line ended with ${code ?? 'a signal'}: ${stderr.trim()}`);
