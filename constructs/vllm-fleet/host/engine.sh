#!/usr/bin/env bash
# The engine, in the foreground: SIGTERM to this process reaches vLLM, which is the first process of its container.
set -euo pipefail

mapfile -d '' -t arguments <"${HYBRID_LLM_ROOT:-}/run/hybrid-llm/engine-arguments"
exec docker "${arguments[@]}"
