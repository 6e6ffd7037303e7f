// SPDX-License-Identifier: Apache-2.0
// engines: sched
// guarantee: IR2.2
// sentence: WEFT_IO=uring where the kernel refuses io_uring: a fatal error that says so
// env: WEFT_IO=uring
// expect-exit: 2
// expect-stderr: ^fatal error: WEFT_IO=uring: the kernel refuses io_uring: (Operation not permitted|Function not implemented)$
#include <cerrno>

#include "../refused_call.hpp"
#include "weft/weft.hpp"

int main() {
  static_cast<void>(weft::test::refuse(SYS_io_uring_setup, EPERM));
  return weft::run([] { static_cast<void>(weft::io::read_file("/proc/self/stat")); });
}
