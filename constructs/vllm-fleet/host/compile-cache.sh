#!/usr/bin/env bash
# What the engine compiles at its first start, kept in S3 for hosts that start the same engine on the same GPUs:
#
#   compile-cache.sh restore   before the first start
#   compile-cache.sh save      once it is ready; nothing is sent where it was restored
#
# Whoever compiled it can make other engines of this fleet run what it likes, so it is packed and unpacked as the engine's user,
# who has no way to the network's services and none to the host's role.
set -euo pipefail

readonly root="${HYBRID_LLM_ROOT:-}"
# ENGINE_UID in lib/capacity/vllm-command.ts.
readonly engine_uid=2000
readonly cache="$root/opt/hybrid-llm/nvme/engine"
readonly restored="$root/run/hybrid-llm/compile-cache-restored"
# Below $cache, as the engine's environment names them.
readonly folders=(vllm triton cache)
readonly limit_bytes=$((4 * 1024 ** 3))

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
agent="$here/index.js"
if [[ ! -f $agent ]]; then agent="$root/opt/hybrid-llm/agent/index.js"; fi

as_engine() {
  setpriv --reuid="$engine_uid" --regid="$engine_uid" --clear-groups --no-new-privs "$@"
}

restore() {
  mkdir -p "$cache"
  chown "$engine_uid:$engine_uid" "$cache"
  if aws s3 cp --only-show-errors --region "$region" "$uri" - |
    as_engine tar --extract --gzip --no-same-owner --no-same-permissions --directory "$cache" -- "${folders[@]}"; then
    touch "$restored"
    return
  fi
  # Half of it is worse than nothing.
  rm -rf "${folders[@]/#/$cache/}"
  echo 'nothing was restored' >&2
  return 1
}

save() {
  if [[ -e $restored ]]; then return; fi
  as_engine mkdir -p "${folders[@]/#/$cache/}"
  local bytes
  bytes="$(du --summarize --bytes "$cache" | cut --fields=1)"
  if [[ $bytes -gt $limit_bytes ]]; then
    echo "$bytes bytes were compiled, more than are kept" >&2
    return
  fi
  as_engine tar --create --gzip --directory "$cache" -- "${folders[@]}" |
    aws s3 cp --only-show-errors --region "$region" --expected-size "$bytes" - "$uri"
  touch "$restored"
}

gpus="$(nvidia-smi --query-gpu=name,driver_version --format=csv,noheader)"
uri="$(node-24 "$agent" value compile-cache <<<"$gpus")"
region="$(node-24 "$agent" value region)"
readonly uri region
if [[ -z $uri ]]; then exit 0; fi

case "${1:-}" in
  restore) restore ;;
  save) save ;;
  *)
    echo 'expected restore or save' >&2
    exit 2
    ;;
esac
