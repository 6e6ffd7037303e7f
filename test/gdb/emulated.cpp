// SPDX-License-Identifier: Apache-2.0
//
// parked.cpp for aarch64, emulated by qemu: gdb-multiarch looks at the core file that the emulator writes when the
// program traps at its end (run_emulated.sh).
//
// guarantee: GD1.5
// sentence: gdb shows the same of a program for aarch64, in the core file that its emulator writes
// expect-stdout: ^\* 1 +running on thread \d+  in in_the_middle .*  started at .*parked\.cpp:\d+$
// expect-stdout: ^  \d+ +chan receive 0x[0-9a-f]+ \{reader\}  in wait_for_work\(?.*  started at .*parked\.cpp:\d+$
// expect-stdout: ^  \d+ +mutex lock 0x[0-9a-f]+ \{locker\}  in wait_for_lock.*started at .*parked\.cpp:\d+$
// expect-stdout: ^\* \d+ +running \{busy\} on thread \d+  in compute .*
// expect-stdout: ^#\d+ .*wait_for_work .*parked\.cpp:\d+$
// expect-stdout: ^#\d+ .*wait_for_lock .*parked\.cpp:\d+$
// expect-stdout: ^#\d+ .*weft_start_context .*context_aarch64\.S:\d+$
// expect-stdout: ^ +kept = 114 'r'$
// expect-stdout: ^\$\d+ = chan<int>: 2 of 3 = \{7, 8\}$
// expect-stdout: ^\$\d+ = chan<weft::unit>: unbuffered, receiving: goroutine \d+$
// expect-stdout: ^\$\d+ = mutex: locked by goroutine 1, waited for by goroutine \d+$
// expect-stdout: ^\$\d+ = wait_group: 2 to come, waited for by goroutine \d+$
// expect-stdout: ^\$\d+ = task: under way \(goroutine \d+\)$
// expect-stdout: ^There is no goroutine 4711; info goroutines shows which there are.$
// expect-stdout-not: Python Exception
// seconds: 180
#include "parked.cpp"
