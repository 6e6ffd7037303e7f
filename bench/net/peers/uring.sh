#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The echo server in C on bare io_uring: here with a buffer per connection; multishot.sh is the other way. The verbs are
# those of weft.sh.
set -euo pipefail
servers=$(cd "$(dirname "${BASH_SOURCE[0]}")/../uring" && pwd)
way=${way:-plain}

case "$1" in
  build)
    if ! gcc -O2 -D_GNU_SOURCE -Wall -Wextra -o "$2/server" "$servers/server.c"; then
      echo "the kernel's headers are too old for io_uring's DEFER_TASKRUN"
      exit 3
    fi
    status=0
    timeout 1 "$2/server" "$way" >/dev/null || status=$?
    if [ $status -ne 124 ]; then
      echo "the kernel refuses io_uring, or is older than 6.1"
      exit 3
    fi
    ;;
  version) echo "uring: io_uring in C, $way, DEFER_TASKRUN, one thread, $(gcc --version | head -n 1), -O2" ;;
  command)
    [ "$3" = echo ] && [ "$4" != idle ] || exit 1
    echo "$2/server $way"
    ;;
  *) exit 2 ;;
esac
