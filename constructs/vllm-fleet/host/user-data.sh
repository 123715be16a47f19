#!/bin/bash
# User data of a GPU host: a template. Whoever makes the launch template replaces two words, each written between two
# at-signs on both sides:
#
#   HOST_JSON      the text of host.json (lib/capacity/host-file.ts); its line stands in a quoted heredoc, so any JSON
#                  is taken as it is, with what CloudFormation puts into it
#   BUNDLE_S3_URI  s3://bucket/key of the zip with this folder's files and the host agent's index.js
#
# cloud-init runs it once, as root, at the first boot; its output is in /var/log/cloud-init-output.log and on the console.
set -euo pipefail

install -d -m 0755 /etc/hybrid-llm
cat >/etc/hybrid-llm/host.json <<'HYBRID_LLM_HOST_JSON'
@@HOST_JSON@@
HYBRID_LLM_HOST_JSON

# Nothing but what the image has is installed yet.
region="$(python3 -c 'import json; print(json.load(open("/etc/hybrid-llm/host.json"))["region"])')"
bundle="$(mktemp -d)"
aws s3 cp --only-show-errors --region "$region" '@@BUNDLE_S3_URI@@' "$bundle/host.zip"
unzip -q "$bundle/host.zip" -d "$bundle/host"
bash "$bundle/host/install.sh"
rm -r "$bundle"
