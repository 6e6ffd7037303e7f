// SPDX-License-Identifier: Apache-2.0
//
// sentence: locks and waits, bounded and not, allocate nothing once they have begun
// not-under: address thread (they allocate themselves)
// guarantee: M1.7
// engines: both
// env: GOMAXPROCS=2
// seconds: 60
// expect-exit: 0
// expect-stdout: ^0 allocations$
#include <chrono>
#include <cstdio>
#include <mutex>

#include "allocations.hpp"
#include "weft/weft.hpp"

using namespace std::chrono_literals;

weft::mutex m;
weft::shared_mutex s;
weft::semaphore units(1);
weft::condition c;
weft::barrier both(2);

/// Every operation, waiting and giving up.
void use(int round) {
  weft::detail::canceller by;
  const weft::detail::wait_limit ctx{.by = &by};
  {
    const std::scoped_lock hold(m);
    weft::yield();
  }
  if (m.try_lock_for(1us)) m.unlock();
  if (m.lock(ctx)) m.unlock();
  s.lock_shared();
  weft::yield();
  s.unlock_shared();
  if (s.try_lock_for(1us)) s.unlock();
  units.acquire();
  weft::yield();
  units.release();
  if (units.try_acquire_for(1us)) units.release();
  std::unique_lock lock(m);
  static_cast<void>(c.wait_for(lock, 1us));
  lock.unlock();
  c.notify_one();
  if (round % 4 == 0) both.arrive_and_wait();
}

void rounds(int n) {
  weft::wait_group all;
  for (int g = 0; g < 2; ++g) {
    all.go([n] {
      for (int i = 0; i < n; ++i) use(i);
    });
  }
  all.wait();
}

int main() {
  return weft::run([] {
    rounds(200);
    const long made = fewest_allocations([] { rounds(2000); });
    std::printf("%ld allocations\n", made);
    return made == 0 ? 0 : 1;
  });
}
