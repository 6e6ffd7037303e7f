// SPDX-License-Identifier: Apache-2.0
//
// What does it cost to enter the kernel and come back? Operation: one system call that does nothing. Checksum: how
// many returned this process's id.
#include <sys/syscall.h>
#include <unistd.h>

#include "../harness.hpp"

namespace {

bench::count calls(bench::count n) {
  const long own = ::getpid();
  bench::count right = 0;
  for (bench::count i = 0; i < n; ++i) right += ::syscall(SYS_getpid) == own;
  return right;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::plan plan = bench::read_plan(argc, argv, 1'000'000);
  return bench::measure("raw_getpid", plan, calls, plan.n);
}
