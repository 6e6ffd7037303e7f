// SPDX-License-Identifier: Apache-2.0
//
// Class: wait group misuse (the class of moby 25384). Reported: when it is asked for (D10).
//
// blocking: yes
// sentence: corpus: a worker returns on an error without calling done()
// guarantee: D10.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stdout: ^found: yes$
// expect-stdout: ^main goes on$
#include <memory>
#include <mutex>

#include "search.hpp"

namespace {

[[gnu::noinline]] void start_batch() {
  weft::go([] {
    weft::wait_group all;
    all.add(2);
    for (int i = 0; i < 2; ++i) {
      weft::go([&all, i] {
        if (i == 1) return;
        all.done();
      });
    }
    all.wait();
  });
}

}  // namespace

int main() {
  return weft::run([] {
    print_whether_found(start_batch, 1);
    std::puts("main goes on");
  });
}
