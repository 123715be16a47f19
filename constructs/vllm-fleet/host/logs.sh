#!/usr/bin/env bash
# Sends the logs of this boot to S3, over what was sent before: a host without a way out has no other way to tell.
# No prompt is in them: the gate logs no requests and the engine is not asked to.
set -euo pipefail

readonly root="${HYBRID_LLM_ROOT:-}"

# At boot this lies beside the agent's bundle, later not.
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
agent="$here/index.js"
if [[ ! -f $agent ]]; then agent="$root/opt/hybrid-llm/agent/index.js"; fi

target="$(node-24 "$agent" value logs)"
if [[ -z $target ]]; then exit 0; fi
region="$(node-24 "$agent" value region)"

journalctl --boot --output=short-iso \
  --unit=hybrid-llm-agent --unit=hybrid-llm-engine --unit=hybrid-llm-gate |
  gzip |
  aws s3 cp --only-show-errors --region "$region" - "$target/journal.gz"
aws s3 cp --only-show-errors --region "$region" "$root/var/log/cloud-init-output.log" "$target/boot.log"
