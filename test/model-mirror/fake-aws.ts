/** A fake of the AWS command line: an `aws` to put on PATH, with a folder for a bucket. What it says it says as a fake. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

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
case "$1 $2" in
  's3api head-object') key=$6 ;;
  's3 cp') case "$3" in -) key=\${4#s3://bucket/} ;; *) key=\${3#s3://bucket/} ;; esac ;;
  *) fail "not known: $*" ;;
esac
object="$root/objects/$key"
absent='An error occurred (404) when calling the HeadObject operation: Not Found'
if [ "$1" = s3api ]; then
  [ -f "$object" ] || fail "$absent"
  printf '{"ContentLength":%d,"Metadata":%s}' "$(wc -c <"$object")" "$(cat "$root/metadata/$key")"
elif [ "$3" = - ]; then
  [ -f "$root/refused/$key" ] && fail 'An error occurred (AccessDenied) when calling the PutObject operation'
  mkdir -p "\${object%/*}" "$root/metadata/\${key%/*}"
  metadata='{}'
  while [ $# -gt 0 ]; do
    [ "$1" = --metadata ] && metadata="{\\"\${2%%=*}\\":\\"\${2#*=}\\"}"
    shift
  done
  cat >"$root/upload.$$"
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
    refuse: (key, refused) => {
      const mark = path.join(root, 'refused', key);
      if (refused) write(mark, '');
      else rmSync(mark);
    },
    remove: () => rmSync(root, { recursive: true }),
  };
}
