#!/usr/bin/env bash
# Before each start of the engine. Run as root by hybrid-llm-engine.service.
set -euo pipefail

readonly root="${HYBRID_LLM_ROOT:-}"
# ENGINE_UID in lib/capacity/vllm-command.ts.
readonly engine_uid=2000

# The engine parses what callers send and shares the host's network, where the metadata service is one hop away: a hop
# limit does not keep the host's role from it. This does.
readonly rule=(OUTPUT --destination 169.254.169.254/32 --match owner --uid-owner "$engine_uid" --jump REJECT)
if ! iptables --wait --check "${rule[@]}" 2>/dev/null; then
  iptables --wait --insert "${rule[@]}"
fi

# Of a start that systemd had to kill.
if docker container inspect hybrid-llm-engine >/dev/null 2>&1; then
  docker container rm --force hybrid-llm-engine
fi

readonly caches="$root/opt/hybrid-llm/nvme/engine"
mkdir -p "$caches/home"
chown -R "$engine_uid:$engine_uid" "$caches"

exec node-24 "$root/opt/hybrid-llm/agent/index.js" engine
