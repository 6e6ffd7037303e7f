// SPDX-License-Identifier: Apache-2.0
//
// A rate limiter: a token bucket. Requests may come in bursts of five, and on average every 10 ms. The bucket is a
// semaphore; a ticker puts a token in, unless it is full. Who waits for a token waits as long as his context lasts.
//
// sentence: a rate limiter lets a burst pass and then one request per interval
// engines: both
// expect-exit: 0
// expect-stdout: ^in the first burst: 5$
// expect-stdout: ^15 more took at least 140 ms$
// expect-stdout: ^with no time left: context deadline exceeded$
#include <weft/weft.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;

class rate_limiter {
 public:
  rate_limiter(int burst, weft::clock::duration interval) : tokens_(burst), full_(burst) {
    filling_.go([this, interval] { fill(interval); });
  }
  ~rate_limiter() { stop_.close(); }

  weft::result<void> wait(const weft::context& ctx) {
    auto taken = tokens_.acquire(ctx);
    if (taken) --available_;
    return taken;
  }
  bool allow() {
    if (!tokens_.try_acquire()) return false;
    --available_;
    return true;
  }

 private:
  void fill(weft::clock::duration interval) {
    weft::ticker ticks(interval);
    while (weft::select(weft::on_recv(ticks.channel()), weft::on_recv(stop_)) == 0) {
      if (available_ == full_) continue;
      ++available_;
      tokens_.release();
    }
  }

  weft::semaphore tokens_;
  const int full_;
  std::atomic<int> available_{full_};
  weft::chan<weft::unit> stop_;
  weft::group filling_;  // last: joined first
};

int main() {
  return weft::run([] {
    rate_limiter limiter(5, 10ms);
    int burst = 0;
    while (limiter.allow()) ++burst;
    std::printf("in the first burst: %d\n", burst);

    const auto start = weft::clock::now();
    for (int i = 0; i < 15; ++i) limiter.wait(weft::background()).value();
    if (weft::clock::now() - start >= 140ms) std::puts("15 more took at least 140 ms");

    const auto hasty = weft::with_timeout(weft::background(), 1ms);
    std::printf("with no time left: %s\n", limiter.wait(hasty).error().message().c_str());
  });
}
