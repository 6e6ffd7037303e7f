#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Lets gdb look at a program at its function look_now, live and on a core file that it writes then:
#   run.sh SCRIPT FOLDER PROGRAM
script=$1
core=$2/gdb.core
program=$3

look() {
  gdb -nx -batch -ex 'set debuginfod enabled off' -ex 'set width 0' -ex 'set pagination off' -ex "source $script" \
    "$@" 2>&1
}

set -- -ex 'info goroutines' -ex 'goroutine all bt full' -ex 'print numbers' -ex 'print work' -ex 'print lock' \
  -ex 'print group' -ex 'print result' -ex 'up' -ex 'print ctx' -ex 'goroutine 4711 bt'
live=$(look -ex 'set disable-randomization off' -ex 'break look_now' -ex run "$@" -ex "weft-core $core" "$program")
printf '%s\n' "$live" | sed 's/^/live: /'
case $live in
  *ptrace*) echo "gdb may not trace here" ;;
  *) look "$@" "$program" "$core" | sed 's/^/core: /' ;;
esac
rm -f "$core"
look -ex 'set disable-randomization off' -ex run -ex 'goroutine all bt' "$program" |
  sed 's/^/inlined: /'

# What there is nothing to see in.
strip -o "$core" "$program" 2>/dev/null || echo "strip is missing"
[ ! -e "$core" ] || look -ex 'set disable-randomization off' -ex 'catch syscall futex' -ex run -ex 'info goroutines' "$core" |
  sed 's/^/stripped: /'
look -ex 'info goroutines' -ex "weft-core $core" "$program" | sed 's/^/nothing: /'
rm -f "$core"
