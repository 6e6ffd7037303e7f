// SPDX-License-Identifier: Apache-2.0
//
// Class: select (the class of etcd 6857). Reported: when it is asked for (D10).
//
// blocking: yes
// sentence: corpus: a select waits for a result and for a stop that both have no sender
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

[[gnu::noinline]] void supervise() {
  const weft::chan<int> result;
  const weft::chan<weft::unit> stop;
  weft::go([=] { weft::select(weft::on_recv(result), weft::on_recv(stop)); });
}

}  // namespace

int main() {
  return weft::run([] {
    print_whether_found(supervise, 1);
    std::puts("main goes on");
  });
}
