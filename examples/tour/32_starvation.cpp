// SPDX-License-Identifier: Apache-2.0
//
// The starvation of the document: two workers share a lock and do the same work under it, three nanoseconds in a round.
// The greedy one holds the lock for all three, the polite one takes and releases it three times, and so asks for it
// three times as often; it gets less done. The document's cure begins with a metric: log how much work is accomplished
// and how long a worker has waited. (It runs for a second; 300 ms tell the same.)
//
// sentence: a greedy worker gets more done than a polite one, and a metric shows it
// expect-exit: 0
// expect-stdout: ^Polite worker was able to execute [1-9][0-9]* work loops\.$
// expect-stdout: ^Greedy worker was able to execute [1-9][0-9]* work loops$
// expect-stdout: ^longest wait for the lock: polite [0-9]+ us, greedy [0-9]+ us$
#include <weft/weft.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;

constexpr auto runtime = 300ms;

struct metric {
  int loops = 0;
  weft::clock::duration longest_wait{};
};

/// Holds the lock for one sleep, and measures the wait for it.
void work(weft::mutex& shared, std::chrono::nanoseconds duration, metric& measured) {
  auto asked = weft::clock::now();
  shared.lock();
  measured.longest_wait = std::max(measured.longest_wait, weft::clock::now() - asked);
  weft::sleep_for(duration);
  shared.unlock();
}

long long us(weft::clock::duration d) { return std::chrono::duration_cast<std::chrono::microseconds>(d).count(); }

int main() {
  return weft::run([] {
    weft::mutex shared;

    auto greedy_worker = weft::spawn([&] {
      metric measured;
      for (auto begin = weft::clock::now(); weft::clock::now() - begin <= runtime; ++measured.loops) {
        work(shared, 3ns, measured);
      }
      return measured;
    });
    auto polite_worker = weft::spawn([&] {
      metric measured;
      for (auto begin = weft::clock::now(); weft::clock::now() - begin <= runtime; ++measured.loops) {
        for (int i = 0; i < 3; ++i) work(shared, 1ns, measured);
      }
      return measured;
    });

    metric polite = polite_worker.join(), greedy = greedy_worker.join();
    std::printf("Polite worker was able to execute %d work loops.\n", polite.loops);
    std::printf("Greedy worker was able to execute %d work loops\n", greedy.loops);
    std::printf("longest wait for the lock: polite %lld us, greedy %lld us\n", us(polite.longest_wait),
                us(greedy.longest_wait));
  });
}
