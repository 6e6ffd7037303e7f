// SPDX-License-Identifier: Apache-2.0
//
// Once and WaitGroup: of the sync package the two that one document recommends to everybody, while the rest is for
// low-level libraries. Ten goroutines need a configuration; the first loads it, the others wait for it, and the wait
// group says when all are done.
//
// sentence: once runs a function a single time, a wait group waits for all
// engines: both
// expect-exit: 0
// expect-output-exact:
//   loading the configuration
//   10 goroutines have read 42
#include <weft/weft.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;

int main() {
  return weft::run([] {
    weft::once loaded;
    int configuration = 0;  // written inside loaded, which orders it before every reader
    std::atomic<int> readers = 0;

    weft::wait_group all;
    for (int i = 0; i < 10; ++i) {
      all.go([&] {
        loaded.call([&] {
          std::puts("loading the configuration");
          weft::sleep_for(5ms);
          configuration = 42;
        });
        if (configuration == 42) ++readers;
      });
    }
    all.wait();
    std::printf("%d goroutines have read %d\n", readers.load(), configuration);
  });
}
