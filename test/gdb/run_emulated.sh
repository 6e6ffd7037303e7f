#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# As run.sh, for a program that qemu emulates: gdb looks through the emulator's own stub, live and on the core file that
# the emulator writes when the program aborts at look_now.
#   run_emulated.sh SCRIPT FOLDER EMULATOR -L SYSROOT PROGRAM
script=$1
work=$2/gdb.emulated
emulator=$3
sysroot=$5
program=$6
rm -rf "$work"
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT

look() {
  timeout 150 gdb-multiarch -nx -batch -ex 'set debuginfod enabled off' -ex 'set width 0' -ex 'set pagination off' \
    -ex "set sysroot $sysroot" -ex "source $script" "$@" 2>&1
}

# The commands that follow, on the program of that name, from its first instruction on.
look_live() {
  which=$1
  shift
  rm -f "$work/stub"
  (cd "$work" && QEMU_GDB=$work/stub exec timeout 150 "$emulator" -L "$sysroot" "$which" >/dev/null 2>&1) &
  while [ ! -e "$work/stub" ] && kill -0 $!; do sleep 0.1; done
  look -ex "target remote $work/stub" "$@" "$which"
  kill $! 2>/dev/null
  wait $! 2>/dev/null
}

ulimit -c unlimited 2>/dev/null
set -- -ex 'info goroutines' -ex 'goroutine all bt full' -ex 'print numbers' -ex 'print work' -ex 'print lock' \
  -ex 'print group' -ex 'print result' -ex 'up' -ex 'print ctx' -ex 'goroutine 4711 bt'
look_live "$program" -ex 'break look_now' -ex continue "$@" -ex 'signal SIGABRT' | sed 's/^/live: /'
core=$(ls "$work"/*.core 2>/dev/null)
if [ -n "$core" ]; then
  look "$@" "$program" "$core" | sed 's/^/core: /'
else
  echo "gdb may not trace here: the emulator writes no core file"
fi
look_live "$program" -ex continue -ex 'goroutine all bt' | sed 's/^/inlined: /'

# What there is nothing to see in.
aarch64-linux-gnu-strip -o "$work/stripped" "$program" 2>/dev/null || echo "strip is missing"
[ ! -e "$work/stripped" ] || look_live "$work/stripped" -ex 'info goroutines' | sed 's/^/stripped: /'
look -ex 'info goroutines' -ex "weft-core $work/none" "$program" | sed 's/^/nothing: /'
