// SPDX-License-Identifier: Apache-2.0
//
// Class: missing release. Reported: when it is asked for (D10).
//
// blocking: yes
// sentence: corpus: a failed request keeps its unit, and the next one waits
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

[[gnu::noinline]] void serve_two() {
  auto places = std::make_shared<weft::semaphore>(1);
  weft::spawn([places] { places->acquire(); }).join();  // fails before it gives it back
  weft::go([places] { places->acquire(); });
}

}  // namespace

int main() {
  return weft::run([] {
    print_whether_found(serve_two, 1);
    std::puts("main goes on");
  });
}
