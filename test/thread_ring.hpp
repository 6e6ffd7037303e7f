// SPDX-License-Identifier: Apache-2.0
//
// Whether workers can read for others here (src/sched/batch_reader.hpp).
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

namespace weft::test {

/// Whether the kernel gives a thread a ring of its own (Linux 6.3), and no sanitizer is there, for which it is not
/// used.
inline bool has_thread_ring() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return false;
#elif defined(__has_feature)
  if (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer)) return false;
#endif
  unsigned parameters[30] = {};                   // struct io_uring_params
  parameters[2] = 1U << 7 | 1U << 12 | 1U << 13;  // flags: SUBMIT_ALL, SINGLE_ISSUER, DEFER_TASKRUN
  const long ring = syscall(SYS_io_uring_setup, 8, parameters);
  if (ring >= 0) close(static_cast<int>(ring));
  return ring >= 0 && (parameters[5] & 1U << 13) != 0;  // features: a ring may be reached by its number
}

}  // namespace weft::test
