// SPDX-License-Identifier: Apache-2.0
//
// Class: double lock (the class of grpc 795, hugo 5379). Reported: as it forms (D7).
//
// blocking: yes
// sentence: corpus: a method that calls another of the same object, and both lock
// guarantee: D7.1
// engines: both
// expect-exit: 0
// seconds: 60
// env: WEFT_DIAG=leaks
// expect-stderr: ^weft: deadlock: .*held by itself
// expect-stdout: ^main goes on$
#include <cstdio>
#include <mutex>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

struct server {
  weft::mutex m;
  int connections = 1;
  void stop() {
    const std::scoped_lock hold(m);
    close_all();
  }
  void close_all() {
    const std::scoped_lock hold(m);
    connections = 0;
  }
};

}  // namespace

int main() {
  return weft::run([] {
    auto* s = new server;
    weft::go([=] { s->stop(); });
    weft::testing::settle();
    std::puts("main goes on");
  });
}
