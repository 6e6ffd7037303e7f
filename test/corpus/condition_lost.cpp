// SPDX-License-Identifier: Apache-2.0
//
// Class: condition (the class of moby 27782). Reported: when it is asked for (D10).
//
// blocking: yes
// sentence: corpus: who would notify has gone, and with it the only way to the condition
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

struct mailbox {
  weft::mutex m;
  weft::condition arrived;
  bool full = false;
};

[[gnu::noinline]] void subscribe() {
  auto box = std::make_shared<mailbox>();
  weft::go([box] {
    std::unique_lock lock(box->m);
    box->arrived.wait(lock, [&] { return box->full; });
  });
}

}  // namespace

int main() {
  return weft::run([] {
    print_whether_found(subscribe, 1);
    std::puts("main goes on");
  });
}
