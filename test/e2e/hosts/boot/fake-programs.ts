/**
 * Stand-ins for the programs that the boot scripts call, in a folder before all others on PATH: each notes how it was
 * called and does as much as the scripts look at. What is not listed here is the system's own.
 */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';

const NOTHING = '';

/** What each does, in shell, after it has noted its call. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'node-24': `exec ${process.execPath} "$@"`,
  dnf: NOTHING,
  chown: NOTHING,
  mdadm: NOTHING,
  'mkfs.xfs': NOTHING,
  mount: NOTHING,
  // Waiting between tries is not what is tested.
  sleep: NOTHING,
  // `FAKE_DISKS`: name and model, a line each; `FAKE_MOUNTED`, `FAKE_PARTS`: disks that are in use.
  lsblk: `
    case "$*" in
      *NAME,MODEL*) printf '%s\\n' "\${FAKE_DISKS:-}" ;;
      *MOUNTPOINT*) [[ " \${FAKE_MOUNTED:-} " != *" \${!#} "* ]] || echo /mnt ;;
      *) echo disk; [[ " \${FAKE_PARTS:-} " != *" \${!#} "* ]] || echo part ;;
    esac`,
  wipefs: NOTHING,
  setpriv: 'while [[ $1 == --* ]]; do shift; done; exec "$@"',
  'nvidia-smi': `
    [[ -z \${FAKE_NO_GPU:-} ]] || exit 9
    echo 'NVIDIA L4, 580.95'`,
  mountpoint: '[[ -n ${FAKE_DLAMI:-} ]]',
  'systemd-tmpfiles': `
    awk '$1 == "d" { print $3, $2 }' "$2" | while read -r mode folder; do
      install -d -m "$mode" "$HYBRID_LLM_ROOT$folder"
    done`,
  systemctl: `
    case "$1" in
      cat) [[ -n \${FAKE_DLAMI:-} ]] ;;
      show) printf '%s\\n' "\${FAKE_ENGINE_STATE:-inactive}" ;;
    esac`,
  iptables: '[[ $2 != --check || -n ${FAKE_RULE:-} ]]',
  docker: `
    case "$1" in
      login) cat >"$FAKE_FOLDER/password"; printf '%s' "$DOCKER_CONFIG" >"$FAKE_FOLDER/docker-config" ;;
      container) [[ $2 != inspect || -n \${FAKE_LEFTOVER:-} ]] ;;
      run) printf '<%s>' "$@" >"$FAKE_FOLDER/docker-run" ;;
    esac`,
  aws: `
    case "$1" in
      ecr) printf 'registry-password' ;;
      # Up to "-" as the source is an upload, the other way round a download of what the test put there.
      s3)
        arguments=("$@")
        source="\${arguments[-2]}" target="\${arguments[-1]}"
        if [[ $source == - ]]; then
          cat >"$FAKE_FOLDER/uploaded"
        elif [[ $target == - ]]; then
          cat "$FAKE_FOLDER/s3/$(basename "$source")" 2>/dev/null && exit
          echo "fatal error: An error occurred (\${FAKE_S3_STATUS:-404}) when calling the HeadObject operation: Key" >&2
          exit 1
        fi
        ;;
    esac`,
  journalctl: 'printf "a line of the journal\\n"',
  unzip: 'cp -r "$FAKE_BUNDLE" "$4"',
};

export interface FakePrograms {
  /** For the scripts' environment. */
  readonly env: NodeJS.ProcessEnv;
  /** How they were called, in order, such as `docker pull --quiet IMAGE`. */
  calls(): string[];
  /** A file that one of them made. */
  made(name: string): string;
  /** An object that S3 has, whatever its folder. */
  inS3(name: string, content: string | Buffer): void;
  notInS3(name: string): void;
}

/** `FAKE_FAIL`: calls that begin so fail, saying `FAKE_SAYS`. `FAKE_FAIL_ONCE`: only the first of them. */
export function fakePrograms(folder: string): FakePrograms {
  const bin = path.join(folder, 'fake-bin');
  const log = path.join(folder, 'fake-calls');
  mkdirSync(bin);
  writeFileSync(log, '');
  mkdirSync(path.join(folder, 's3'));
  for (const [name, behaviour] of Object.entries(PROGRAMS)) {
    const file = path.join(bin, name);
    writeFileSync(
      file,
      `#!/bin/bash
call="${name} $*"
printf '%s\\n' "\${call//$'\\n'/ }" >>"$FAKE_CALLS"
if [[ -n \${FAKE_FAIL:-} && $call == "$FAKE_FAIL"* ]]; then printf '%s' "\${FAKE_SAYS:-}" >&2; exit 1; fi
if [[ -n \${FAKE_FAIL_ONCE:-} && $call == "$FAKE_FAIL_ONCE"* && ! -e $FAKE_FOLDER/failed ]]; then
  touch "$FAKE_FOLDER/failed"
  exit 1
fi
${behaviour}
`,
    );
    chmodSync(file, 0o755);
  }
  return {
    env: { PATH: `${bin}:/usr/bin:/bin`, FAKE_CALLS: log, FAKE_FOLDER: folder },
    calls: () => readFileSync(log, 'utf8').trim().split('\n'),
    notInS3: (name) => rmSync(path.join(folder, 's3', name), { force: true }),
    inS3: (name, content) => writeFileSync(path.join(folder, 's3', name), content),
    made: (name) => readFileSync(path.join(folder, name), 'utf8'),
  };
}
