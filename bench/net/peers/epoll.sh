#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The limit: an event loop in C on bare epoll. The verbs are those of weft.sh.
set -euo pipefail
servers=$(cd "$(dirname "${BASH_SOURCE[0]}")/../epoll" && pwd)

case "$1" in
  build) gcc -O2 -D_GNU_SOURCE -Wall -Wextra -o "$2/server" "$servers/server.c" ;;
  version) echo "epoll: a loop in C, level-triggered, one thread, $(gcc --version | head -n 1), -O2" ;;
  command) echo "$2/server $3" ;;
  *) exit 2 ;;
esac
