#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# std::thread, std::mutex and std::condition_variable. The verbs are those of weft.sh.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=cxx.bash
source "$here/cxx.bash"

case "$1" in
  build) build_programs "$2" "-I $here/../cpp/thread" "$here"/../cpp/*.cpp ;;
  version) echo "std::thread and std::condition_variable, $(getconf GNU_LIBC_VERSION), g++ -O2 -DNDEBUG" ;;
  command) program_in "$2" "$3" ;;
  share) # of the row's operations: a switch through the kernel costs microseconds
    case $3 in
      mutex_*) echo 100 ;;
      same_goroutine | buffered | buffered_4x4 | pipeline) echo 20 ;;
      *) echo 5 ;;
    esac
    ;;
  *) exit 2 ;;
esac
