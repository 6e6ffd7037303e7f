#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Rust's tokio, if there is a cargo that can have it. The verbs are those of weft.sh.
set -euo pipefail
crate=$(cd "$(dirname "${BASH_SOURCE[0]}")/../tokio" && pwd)

for candidate in "$(command -v cargo || true)" "${HOME:-/nonexistent}/.cargo/bin/cargo"; do
  [ -x "$candidate" ] && cargo=$candidate && break
done
if [ -z "${cargo:-}" ]; then
  echo "no cargo on this machine"
  exit 3
fi

if ! "$cargo" --version | awk -F '[ .]' '{ exit !($2 > 1 || $3 >= 71) }'; then
  echo "$("$cargo" --version) is too old for tokio, which wants 1.71"
  exit 3
fi

case "$1" in
  build) # of a copy: cargo writes beside what it builds
    mkdir -p "$2/crate"
    cp -R -p "$crate/." "$2/crate"
    if ! "$cargo" fetch --quiet --manifest-path "$2/crate/Cargo.toml"; then
      echo "cargo cannot fetch tokio"
      exit 3
    fi
    "$cargo" build --quiet --release --offline --manifest-path "$2/crate/Cargo.toml"
    ;;
  version)
    echo "tokio $(awk '$3 == "\"tokio\"" { getline; gsub(/"/, "", $3); print $3 }' "$2/crate/Cargo.lock"), $("$cargo" --version)"
    ;;
  command)
    "$2/crate/target/release/bench_tokio" --list | grep -qx "$3" || exit 1
    echo "$2/crate/target/release/bench_tokio $3"
    ;;
  *) exit 2 ;;
esac
