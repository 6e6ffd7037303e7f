// SPDX-License-Identifier: Apache-2.0
//
// The starvation of the document: two workers share a lock and do the same work under it, three nanoseconds in a round.
// The greedy one holds the lock for all three, the polite one takes and releases it three times, and so asks for it
// three times as often; it gets less done. The document's cure begins with a metric: log how much work is accomplished
// and how long a worker has waited, here a histogram of each. (It runs for a second; 300 ms tell the same.)
//
// sentence: a greedy worker gets more done than a polite one, and a metric shows it
// expect-exit: 0
// expect-stdout: ^Polite worker was able to execute [1-9][0-9]* work loops\.$
// expect-stdout: ^Greedy worker was able to execute [1-9][0-9]* work loops$
// expect-stdout: ^polite: waited for the lock [1-9][0-9]* times, half of them below [0-9]+ us, the longest [0-9]+ us$
// expect-stdout: ^greedy: waited for the lock [1-9][0-9]* times, half of them below [0-9]+ us, the longest [0-9]+ us$
// expect-stdout: ^all waits for locks, by the runtime: 99 % below [0-9]+ us$
#include <weft/weft.hpp>

#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;

constexpr auto runtime = 300ms;

struct metric {
  int loops = 0;
  weft::duration_histogram waits;
};

/// Holds the lock for one sleep, and measures the wait for it.
void work(weft::mutex& shared, std::chrono::nanoseconds duration, metric& measured) {
  auto asked = weft::clock::now();
  shared.lock();
  measured.waits.record(weft::clock::now() - asked);
  weft::sleep_for(duration);
  shared.unlock();
}

long long us(std::chrono::nanoseconds d) { return d.count() / 1000; }

void print(const char* name, const weft::duration_histogram& waits) {
  std::printf("%s: waited for the lock %llu times, half of them below %lld us, the longest %lld us\n", name,
              static_cast<unsigned long long>(waits.count()), us(waits.quantile(0.5)), us(waits.longest()));
}

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
    print("polite", polite.waits);
    print("greedy", greedy.waits);
    std::printf("all waits for locks, by the runtime: 99 %% below %lld us\n",
                us(weft::read_metrics().lock_wait.quantile(0.99)));
  });
}
