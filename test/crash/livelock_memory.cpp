// SPDX-License-Identifier: Apache-2.0
//
// Without memory it cannot be written down who has what. From then on no livelock is told of: what is said must be
// true.
//
// guarantee: BI3 BI3.5
// sentence: what there was no memory to write down makes no false livelock
// engines: both
// not-under: address thread (they bring their own allocator)
// env: WEFT_DIAG=livelock,livelocktries=3,livelockafter=0
// expect-exit: 0
// expect-stderr: ^weft: livelock: no memory is left; from now on none is told of$
// expect-stderr-not: have kept each other
// expect-stdout: ^all have tried$
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <mutex>

#include "weft/weft.hpp"

namespace {

std::atomic<bool> empty{false};

}  // namespace

extern "C" {

void* __libc_malloc(std::size_t);

void* malloc(std::size_t n) {
  if (!empty) return __libc_malloc(n);
  errno = ENOMEM;
  return nullptr;
}
}

int main() {
  return weft::run([] {
    const auto more = std::make_unique<weft::mutex[]>(100);
    weft::mutex left, right;
    weft::barrier met(2);
    weft::wait_group both;
    const auto insist = [&](weft::mutex& own, weft::mutex& other, bool starves) {
      const std::scoped_lock hold(own);
      met.arrive_and_wait();
      if (starves) {
        empty = true;
        for (int i = 0; i < 100; ++i) more[i].lock();
        for (int i = 0; i < 100; ++i) more[i].unlock();
        empty = false;
      }
      for (int i = 0; i < 5; ++i) {
        met.arrive_and_wait();
        static_cast<void>(other.try_lock());
      }
      met.arrive_and_wait();
    };
    both.go([&] { insist(left, right, true); });
    both.go([&] { insist(right, left, false); });
    both.wait();
    std::puts("all have tried");
  });
}
