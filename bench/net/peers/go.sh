#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Go: net and net/http. The verbs are those of weft.sh.
set -euo pipefail
servers=$(cd "$(dirname "${BASH_SOURCE[0]}")/../go" && pwd)
export GOTOOLCHAIN=local GOFLAGS=-mod=mod

for candidate in "$(command -v go || true)" /usr/local/go/bin/go /usr/lib/go/bin/go; do
  [ -x "$candidate" ] && go=$candidate && break
done
if [ -z "${go:-}" ]; then
  echo "no go command on this machine" >&2
  exit 3
fi

case "$1" in
  build) cd "$servers" && "$go" build -o "$2/bench_net" . ;;
  version) "$go" version ;;
  command) echo "$2/bench_net $3" ;;
  *) exit 2 ;;
esac
