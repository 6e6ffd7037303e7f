// SPDX-License-Identifier: Apache-2.0
//
// A timeout on a saturated worker pool. Two workers, room for two jobs more. A client waits for a place 5 ms at most,
// and then for its answer as long as its context lasts: who cannot be served in time is told so, and a job whose client
// has gone is not done at all.
//
// sentence: a saturated pool turns clients away in time, and does no work for those who have gone
// engines: both
// expect-exit: 0
// expect-output-exact:
//   4 got a place, 6 were turned away
//   2 were served, 2 gave up waiting
//   jobs done: 2, dropped: 2
#include <weft/weft.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <optional>

using namespace std::chrono_literals;

struct job {
  weft::context client;
  weft::chan<int> answer{1};
};

struct statistics {
  std::atomic<int> placed{0}, turned_away{0}, served{0}, gave_up{0}, done{0}, dropped{0};
};

void worker(weft::receiver<job> jobs, weft::receiver<weft::unit> go_on, statistics& count) {
  for (const job& next : jobs) {
    if (next.client.err()) {
      ++count.dropped;
      continue;
    }
    go_on.recv();  // the work, which takes longer than some clients wait
    next.answer.send(42);
    ++count.done;
  }
}

void client(const weft::context& patience, weft::sender<job> jobs, statistics& count) {
  const job mine{patience};
  if (!jobs.send_for(5ms, mine)) {
    ++count.turned_away;
    return;
  }
  ++count.placed;
  ++(mine.answer.recv(patience) ? count.served : count.gave_up);
}

int main() {
  return weft::run([] {
    statistics count;
    const weft::chan<job> jobs(2);
    const weft::chan<weft::unit> go_on;
    weft::group pool;
    for (int i = 0; i < 2; ++i) pool.go([&] { worker(jobs, go_on, count); });

    {
      // The first two clients have all the time in the world, the others lose interest after 50 ms.
      const auto hasty = weft::with_timeout(weft::background(), 50ms);
      weft::group clients;
      for (int i = 0; i < 2; ++i) clients.go([&] { client(weft::background(), jobs, count); });
      while (count.placed < 2) weft::yield();
      for (int i = 0; i < 8; ++i) clients.go([&] { client(hasty, jobs, count); });
      hasty.done().recv();
      while (count.turned_away < 6) weft::yield();
      go_on.close();
    }
    jobs.close();
    pool.wait().value();

    std::printf("%d got a place, %d were turned away\n", count.placed.load(), count.turned_away.load());
    std::printf("%d were served, %d gave up waiting\n", count.served.load(), count.gave_up.load());
    std::printf("jobs done: %d, dropped: %d\n", count.done.load(), count.dropped.load());
  });
}
