#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What the machine itself allows: programs without a scheduler. The verbs are those of weft.sh. The driver treats this
# peer as a bound: it has a column of its own.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=cxx.bash
source "$here/cxx.bash"

case "$1" in
  build)
    switch=$here/../../src/os
    build_programs "$2" "-I $switch/.. $switch/context_$(uname -m).S" "$here"/../limit/*.cpp
    ;;
  version) echo "the machine: bare switches, locked instructions, spinning cache lines, system calls" ;;
  command)
    program=$3
    # On one core nothing is cheaper than one party that does both ends.
    [ "$program $4" != "buffered 1" ] || program=same_goroutine
    [ "$program $4" != "fork_join 2" ] || exit 1
    program_in "$2" "$program"
    ;;
  *) exit 2 ;;
esac
