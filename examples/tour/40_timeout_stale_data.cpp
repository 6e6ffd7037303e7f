// SPDX-License-Identifier: Apache-2.0
//
// The second reason for timeouts: stale data. A price is worth something for a moment; one that arrives later would be
// acted upon wrongly and is better not waited for. Two exchanges are asked for a price that is good for 100 ms: one
// answers at once, the other takes too long.
//
// sentence: an answer that would come too late is not waited for
// engines: both
// expect-exit: 0
// expect-output-exact:
//   prompt exchange: 101
//   slow exchange: too late, its price would be stale
#include <weft/weft.hpp>

#include <chrono>
#include <cstdio>
#include <optional>

using namespace std::chrono_literals;

/// A channel that delivers the price after `delay`. It has room for it, so an exchange whose answer nobody waits for
/// any more does not block for ever.
weft::receiver<int> ask(weft::clock::duration delay) {
  weft::chan<int> price(1);
  weft::go([=] {
    weft::sleep_for(delay);
    price.send(101);
  });
  return price;
}

void trade(const char* exchange, weft::receiver<int> price) {
  weft::select(weft::on_recv(price, [&](std::optional<int> p) { std::printf("%s exchange: %d\n", exchange, *p); }),
               weft::on_recv(weft::after(100ms),
                             [&] { std::printf("%s exchange: too late, its price would be stale\n", exchange); }));
}

int main() {
  return weft::run([] {
    trade("prompt", ask(0ms));
    trade("slow", ask(10s));
  });
}
