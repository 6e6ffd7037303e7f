#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Go: the machine's own, else Debian's golang (./dev setup installs it). The verbs are those of weft.sh.
set -euo pipefail
programs=$(cd "$(dirname "${BASH_SOURCE[0]}")/../go" && pwd)
export GOTOOLCHAIN=local GOFLAGS=-mod=mod

for candidate in "$(command -v go || true)" /usr/local/go/bin/go /usr/lib/go/bin/go; do
  [ -x "$candidate" ] && go=$candidate && break
done
if [ -z "${go:-}" ]; then
  echo "no go command on this machine" >&2
  exit 3
fi

case "$1" in
  build) cd "$programs" && "$go" build -o "$2/bench_go" . ;;
  version) "$go" version ;;
  command)
    [ -f "$programs/$3.go" ] || exit 1
    echo "$2/bench_go $3"
    ;;
  *) exit 2 ;;
esac
