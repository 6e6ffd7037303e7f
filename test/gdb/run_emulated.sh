#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Lets gdb look at the core file that qemu writes when a program that it emulates traps:
#   run_emulated.sh SCRIPT FOLDER EMULATOR -L SYSROOT PROGRAM
# Not through the emulator's stub (qemu-aarch64 -g): that of qemu 7.2 answers while the program's other threads run on,
# and crashes of it now and then.
script=$1
work=$2/emulated
emulator=$3
sysroot=$5
program=$6
rm -rf "$work"
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT

(cd "$work" && ulimit -c unlimited && exec "$emulator" -L "$sysroot" "$program" >/dev/null 2>&1)
core=$(ls "$work"/qemu_*.core 2>/dev/null)
[ -n "$core" ] || { echo "gdb may not look here: the emulator writes no core file"; exit; }
gdb-multiarch -nx -batch -ex 'set debuginfod enabled off' -ex 'set width 0' -ex 'set pagination off' \
  -ex "set sysroot $sysroot" -ex "source $script" -ex 'info goroutines' -ex 'goroutine 4711 bt' \
  -ex 'goroutine all bt full' -ex 'print numbers' -ex 'print work' -ex 'print lock' -ex 'print group' -ex 'print result' \
  "$program" "$core" 2>&1
