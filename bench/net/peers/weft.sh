#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A peer of the table; every file in this directory answers the same verbs:
#   build DIR            builds the peer's servers into DIR; exit 3 with a reason if the machine lacks what it needs
#   version DIR          one line that names what was measured
#   command DIR SERVER MODE   the words that start the server echo or http; exit 1: it has none such for that mode (rows.txt)
# A server prints "listening PORT" and serves until it is killed.
#
# weft's http is the component weft::http, if it was built; else the floor of it, servers/plain_http.
set -euo pipefail
core=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../peers" && pwd)/weft.sh

program() { find "$1" -type f -name "bench_net_$2" -perm -u+x | head -n 1; }

case "$1" in
  build) "$core" build "$2" ;;
  version)
    "$core" version "$2"
    [ -n "$(program "$2" http)" ] || echo "weft's http is not the component, which was not built, but the floor: weft::net and a parser of ten lines"
    ;;
  command)
    found=$(program "$2" "$3")
    [ -n "$found" ] || found=$(program "$2" "plain_$3")
    [ -n "$found" ] || exit 1
    echo "$found"
    ;;
  *) exit 2 ;;
esac
