// SPDX-License-Identifier: Apache-2.0
//
// Class: missing unlock (the class of kubernetes 13058). Reported: when it is asked for (D10).
//
// blocking: yes
// sentence: corpus: a goroutine ends with the lock of an object that one other has
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

struct account {
  weft::mutex m;
  int balance = 0;
};

[[gnu::noinline]] void book() {
  auto a = std::make_shared<account>();
  weft::spawn([a] { a->m.lock(); }).join();  // returns early
  weft::go([a] {
    const std::scoped_lock hold(a->m);
    ++a->balance;
  });
}

}  // namespace

int main() {
  return weft::run([] {
    print_whether_found(book, 1);
    std::puts("main goes on");
  });
}
