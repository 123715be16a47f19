/** A fake of the AWS command line: an `aws` to put on PATH, with a folder for a bucket. What it says it says as a fake. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface FakeAws {
  /** To be put before PATH. */
  readonly bin: string;
  /** Keys in the bucket. */
  keys(): string[];
  read(key: string): Buffer;
  metadata(key: string): Record<string, string>;
  put(key: string, content: Buffer, metadata?: Record<string, string>): void;
  /** Command lines it was called with. */
  calls(): string[][];
  /** Resolves when no call runs any more: those of a program that was killed end by themselves. */
  idle(): Promise<void>;
  /** Takes all objects away. */
  empty(): void;
  /** Whether uploads of this key fail. */
  refuse(key: string, refused: boolean): void;
  remove(): void;
}

/**
 * Takes the calls that the mirror makes and no other. As the real one it stores an upload when its input ends, and nothing
 * when it is killed before. A shell script, since it is started a hundred times.
 */
const script = (root: string): string => `#!/bin/sh
root='${root}'
fail() { echo "fake aws: $1" >&2; exit 254; }
{ printf '%s\\t' "$@"; echo; } >>"$root/calls"
echo $$ >>"$root/processes"
case "$1 $2" in
  's3api head-object') key=$6 ;;
  's3 cp') case "$4" in s3://*) key=\${4#s3://bucket/} ;; *) key=\${3#s3://bucket/} ;; esac ;;
  *) fail "not known: $*" ;;
esac
object="$root/objects/$key"
absent='An error occurred (404) when calling the HeadObject operation: Not Found'
if [ "$1" = s3api ]; then
  [ -f "$object" ] || fail "$absent"
  printf '{"ContentLength":%d,"Metadata":%s}' "$(wc -c <"$object")" "$(cat "$root/metadata/$key")"
elif [ "\${4#s3://}" != "$4" ]; then
  source=$3
  [ -f "$root/refused/$key" ] && fail 'An error occurred (AccessDenied) when calling the PutObject operation'
  mkdir -p "\${object%/*}" "$root/metadata/\${key%/*}"
  metadata='{}'
  while [ $# -gt 0 ]; do
    [ "$1" = --metadata ] && metadata="{\\"\${2%%=*}\\":\\"\${2#*=}\\"}"
    shift
  done
  if [ "$source" = - ]; then cat >"$root/upload.$$"; else cat "$source" >"$root/upload.$$" || fail 'The user-provided path does not exist'; fi
  printf '%s' "$metadata" >"$root/metadata/$key"
  mv "$root/upload.$$" "$object"
else
  [ -f "$object" ] || fail "$absent"
  cat "$object"
fi
`;

export function fakeAws(): FakeAws {
  const root = mkdtempSync(path.join(tmpdir(), 'fake-aws-'));
  const bin = path.join(root, 'bin');
  const write = (file: string, content: string | Buffer): void => {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  const objects = path.join(root, 'objects');
  const calls = path.join(root, 'calls');
  mkdirSync(bin);
  mkdirSync(objects);
  writeFileSync(path.join(bin, 'aws'), script(root), { mode: 0o755 });
  return {
    bin,
    keys: () =>
      readdirSync(objects, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(objects, path.join(entry.parentPath, entry.name)))
        .sort(),
    read: (key) => readFileSync(path.join(objects, key)),
    metadata: (key) => JSON.parse(readFileSync(path.join(root, 'metadata', key), 'utf8')) as Record<string, string>,
    put: (key, content, metadata = {}) => {
      write(path.join(objects, key), content);
      write(path.join(root, 'metadata', key), JSON.stringify(metadata));
    },
    calls: () =>
      existsSync(calls)
        ? readFileSync(calls, 'utf8')
            .trim()
            .split('\n')
            .map((line) => line.split('\t').filter((arg) => arg !== ''))
        : [],
    idle: async () => {
      const processes = path.join(root, 'processes');
      const all = existsSync(processes) ? readFileSync(processes, 'utf8').trim().split('\n').map(Number) : [];
      while (all.some(isRunning)) await delay(5);
    },
    empty: () => {
      rmSync(objects, { recursive: true });
      mkdirSync(objects);
    },
    refuse: (key, refused) => {
      const mark = path.join(root, 'refused', key);
      if (refused) write(mark, '');
      else rmSync(mark);
    },
    remove: () => rmSync(root, { recursive: true }),
  };
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
}
