#!/usr/bin/env bash
# Makes a GPU host out of a Deep Learning AMI (Amazon Linux 2023). Run once, as root, by user data, after
# /etc/hybrid-llm/host.json was written. Lies beside the host agent's index.js and the other files of its folder.
#
# Where it is stands in /run/hybrid-llm/boot: a phase; "failed", a phase and why; or "done". The agent, which runs from the
# sixth phase on, tells the fleet table.
#
# HYBRID_LLM_ROOT: another folder to take for /, in tests.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
readonly here
readonly root="${HYBRID_LLM_ROOT:-}"
readonly etc="$root/etc/hybrid-llm"
readonly opt="$root/opt/hybrid-llm"
readonly run="$root/run/hybrid-llm"
readonly nvme="$opt/nvme"
current=folders
exec {errors}>&2

main() {
  phase folders make_folders
  phase packages install_packages
  phase storage mount_storage
  phase certificate make_certificate
  phase gate start_gate
  phase agent start_agent
  region="$(value region)"
  phase weights check_weights
  phase image pull_image
  phase compile-cache restore_compile_cache
  phase adapters fetch_adapters
  phase engine start_engine
  say 'done'
}

log() {
  printf '%s hybrid-llm: %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*"
}

# Where the agent reads it.
say() {
  log "$1"
  printf '%s\n' "$1" >"$run/boot"
}

# What goes wrong in it is kept apart, so that its last line can be told.
phase() {
  current="$1"
  mkdir -p "$run"
  say "$1"
  "$2" 2>"$run/boot-errors"
  cat "$run/boot-errors" >&2
}

# What goes over the network may fail once.
retry() {
  local try
  for try in 1 2 3; do
    if "$@"; then return; fi
    log "try $try failed: $*" >&2
    sleep "$((try * 5))"
  done
  "$@"
}

on_exit() {
  local status=$?
  if [[ $status -eq 0 ]]; then return; fi
  # Of before the phase that failed.
  exec 2>&"$errors"
  cat "$run/boot-errors" >&2 || true
  local reason
  reason="$(grep --invert-match -e '^[[:space:]]*$' -e ' hybrid-llm: ' "$run/boot-errors" | tail --lines=1 | tr --delete '[:cntrl:]' | cut --characters=-200)" || true
  say "failed $current${reason:+ $reason}"
  bash "$here/logs.sh" || log 'logs could not be sent'
}

value() {
  node-24 "$here/index.js" value "$1"
}

make_folders() {
  mkdir -p "$opt/bin" "$opt/agent" "$nvme" "$etc/tls" "$root/etc/systemd/system" "$root/etc/tmpfiles.d"
  cp "$here/index.js" "$opt/agent/"
  cp "$here"/{engine.sh,engine-prepare.sh,logs.sh,compile-cache.sh} "$opt/bin/"
  cp "$here/gate.conf" "$etc/"
  cp "$here"/hybrid-llm-*.{service,timer} "$root/etc/systemd/system/"
  cp "$here/tmpfiles.conf" "$root/etc/tmpfiles.d/hybrid-llm.conf"
  systemd-tmpfiles --create "$root/etc/tmpfiles.d/hybrid-llm.conf"
  systemctl daemon-reload
}

# GPU images name further repositories, which time out where there is no internet.
install_packages() {
  retry dnf --disablerepo='*' --enablerepo=amazonlinux install -y nodejs24 nginx mdadm
}

# Caches belong on the instance's own disks. Without any they stay on the root volume.
mount_storage() {
  # Deep Learning AMIs stripe the disks themselves, perhaps at this very moment.
  if systemctl cat dlami-nvme.service >/dev/null 2>&1; then
    systemctl start dlami-nvme.service || log 'the image could not mount its disks'
  fi
  if mountpoint --quiet /opt/dlami/nvme; then
    mount --bind /opt/dlami/nvme "$nvme"
  else
    stripe_disks
  fi
  mkdir -p "$nvme/adapters"
}

# Told by the model that EC2 gives them: a volume of EBS, such as the root, has another one whatever its number is.
stripe_disks() {
  local found disks=() disk
  mapfile -t found < <(lsblk --nodeps --noheadings --paths --output NAME,MODEL |
    awk '/Amazon EC2 NVMe Instance Storage/ { print $1 }')
  for disk in "${found[@]}"; do
    if is_free "$disk"; then disks+=("$disk"); else log "$disk is in use"; fi
  done
  if [[ ${#disks[@]} -eq 0 ]]; then
    log 'no instance store: caches stay on the root volume'
    return
  fi
  # What a disk had before is of no use: it is the instance's own, and the instance is new.
  for disk in "${disks[@]}"; do wipefs --all --quiet "$disk"; done
  # --force: a stripe of one disk is one too.
  mdadm --create /dev/md0 --level=0 --force --run --raid-devices="${#disks[@]}" "${disks[@]}"
  mkfs.xfs -f /dev/md0
  mount -o noatime /dev/md0 "$nvme"
}

# Nobody has to trust it: its hash is in the fleet table, written by this host's role.
make_certificate() {
  local ip
  ip="$(value private-ip)"
  # The key is readable by root alone, as openssl makes keys.
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
    -subj '/CN=hybrid-llm replica' -addext "subjectAltName=IP:$ip" \
    -keyout "$etc/tls/gate.key" -out "$etc/tls/gate.crt"
}

start_gate() {
  systemctl enable --now hybrid-llm-gate.service
}

start_agent() {
  systemctl enable --now hybrid-llm-agent.service hybrid-llm-logs.timer
}

# Neither mounted nor part of something else, such as a volume group.
is_free() {
  [[ "$(lsblk --noheadings --raw --output NAME "$1" | wc --lines)" -eq 1 ]] &&
    [[ -z "$(lsblk --noheadings --raw --output MOUNTPOINT "$1" | tr --delete '[:space:]')" ]]
}

# Before the image, which takes longest: where the weights are not whole a GPU is paid for in vain.
check_weights() {
  local weights manifest
  weights="$(value weights)"
  if ! manifest="$(retry aws s3 cp --only-show-errors --region "$region" "$weights/manifest.json" -)"; then
    # Anything but "it is not there" is told in S3's own words.
    grep --quiet '(404)' "$run/boot-errors" || return 1
    manifest=''
  fi
  node-24 "$here/index.js" weights <<<"$manifest"
}

pull_image() {
  local registry image
  registry="$(value registry)"
  image="$(value image)"
  # Neither kept on the host nor dependent on HOME, which cloud-init does not set.
  DOCKER_CONFIG="$(mktemp -d)"
  export DOCKER_CONFIG
  retry log_in "$registry"
  retry docker pull --quiet "$image"
  rm -r "$DOCKER_CONFIG"
}

log_in() {
  aws ecr get-login-password --region "$region" |
    docker login --username AWS --password-stdin "$1"
}

# Saves minutes, and is worth no failed boot.
restore_compile_cache() {
  mkdir -p "$nvme/engine"
  bash "$here/compile-cache.sh" restore || log 'compiles anew'
}

fetch_adapters() {
  local adapters name uri
  adapters="$(value adapters)"
  while IFS=$'\t' read -r name uri; do
    if [[ -z $name ]]; then continue; fi
    retry aws s3 cp --recursive --only-show-errors --region "$region" "$uri" "$nvme/adapters/$name"
  done <<<"$adapters"
}

# Its start is systemd's business: it tries again, and the agent sees whether it gave up.
start_engine() {
  systemctl enable hybrid-llm-engine.service
  systemctl start --no-block hybrid-llm-engine.service
}

trap on_exit EXIT
main
