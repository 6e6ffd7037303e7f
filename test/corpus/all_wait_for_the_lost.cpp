// SPDX-License-Identifier: Apache-2.0
//
// Class: missing sender, and all who wait for the one it leaves waiting. Reported: when it is asked for (D10).
//
// blocking: yes
// sentence: corpus: a request and its workers wait for a configuration that never comes
// guarantee: D10.1
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stdout: ^found: yes$
// expect-stdout: ^main goes on$
#include <memory>
#include <mutex>

#include "search.hpp"

namespace {

[[gnu::noinline]] void request() {
  const weft::chan<int> settings;
  weft::go([=] {
    weft::mutex cache;
    weft::wait_group workers;
    workers.go([&] {
      const std::scoped_lock hold(cache);
      workers.go([&] { const std::scoped_lock hold_too(cache); });
      settings.recv();
    });
    workers.wait();
  });
}

}  // namespace

int main() {
  return weft::run([] {
    print_whether_found(request, 3);
    std::puts("main goes on");
  });
}
