// SPDX-License-Identifier: Apache-2.0
//
// Memory access synchronisation, after the document's section of that name: value is only touched between lock and
// unlock, in a critical section, so there is no data race. But still nobody knows whether the increment or the look at
// it comes first; the document says that we have narrowed the non-determinism and not solved the problem.
//
// sentence: a mutex guards the value and does not order the goroutines
// engines: both
// expect-exit: 0
// expect-stdout: ^the value is [01]\.$
#include <weft/weft.hpp>

#include <cstdio>
#include <mutex>

int main() {
  weft::mutex memory_access;
  int value = 0;  // guarded by memory_access

  return weft::run(
      [&] {
        weft::go([&] {
          std::scoped_lock critical(memory_access);
          ++value;
        });

        std::scoped_lock critical(memory_access);
        if (value == 0) {
          std::printf("the value is %d.\n", value);
        } else {
          std::printf("the value is %d.\n", value);
        }
      },
      {.drain = true});  // value belongs to main(), so the goroutine must not outlive run()
}
