#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# As run.sh, for a program that qemu emulates: gdb looks through the emulator's own stub, and at the core file that the
# emulator writes when the program traps at its end.
#   run_emulated.sh SCRIPT FOLDER EMULATOR -L SYSROOT PROGRAM
# While the stub answers, the other threads of the program run on, and now and then the emulator crashes of that: a
# session in which it did is held again.
script=$1
work=$2/emulated
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

# The commands that follow, on the program that is the last of them, from its first instruction on.
look_once() {
  for which; do :; done
  rm -f "$work/stub"
  (cd "$work" && QEMU_GDB=$work/stub exec timeout 150 "$emulator" -L "$sysroot" "$which" >/dev/null 2>&1) &
  while [ ! -e "$work/stub" ] && kill -0 $!; do sleep 0.1; done
  look -ex "target remote $work/stub" "$@"
  kill $! 2>/dev/null
  wait $! 2>/dev/null
}

look_live() {
  for _ in 1 2 3 4 5; do
    seen=$(look_once "$@")
    case $seen in
      *'no longer exists'* | *'connection closed'* | *'reset by peer'*) ;;
      *) break ;;
    esac
  done
  printf '%s\n' "$seen"
}

set -- -ex 'info goroutines' -ex 'print numbers' -ex 'print work' -ex 'print lock' -ex 'print group' -ex 'print result' \
  -ex 'goroutine 4711 bt' -ex 'goroutine all bt full' -ex 'up' -ex 'print ctx'
look_live -ex 'break look_now' -ex continue "$@" "$program" | sed 's/^/live: /'
(cd "$work" && ulimit -c unlimited && timeout 150 "$emulator" -L "$sysroot" "$program" >/dev/null 2>&1)
core=$(ls "$work"/qemu_*.core 2>/dev/null)
if [ -n "$core" ]; then
  look "$@" "$program" "$core" | sed 's/^/core: /'
else
  echo "gdb may not trace here: the emulator writes no core file"
fi
look_live -ex continue -ex 'goroutine all bt' "$program" | sed 's/^/inlined: /'

# What there is nothing to see in.
aarch64-linux-gnu-strip -o "$work/stripped" "$program" 2>/dev/null || echo "strip is missing"
[ ! -e "$work/stripped" ] || look_live -ex 'info goroutines' "$work/stripped" | sed 's/^/stripped: /'
look -ex 'info goroutines' -ex "weft-core $work/none" "$program" | sed 's/^/nothing: /'
