// SPDX-License-Identifier: Apache-2.0
//
// Channels compose, says one document: the input of several subsystems becomes one. merge() receives from two channels,
// whichever has something, and gives out a single one, which could be merged again. When an input has ended, its handle
// is set to null: a null channel is never ready, so select looks at the other one only.
//
// sentence: several channels become one
// engines: both
// expect-exit: 0
// expect-output-exact:
//   received 300 readings, their sum is 44850
#include <weft/weft.hpp>

#include <cstdio>
#include <optional>

weft::receiver<int> readings(int from, int to) {
  weft::chan<int> out;
  weft::go([=] {
    for (int n = from; n < to; ++n) out.send(n);
    out.close();
  });
  return out;
}

weft::receiver<int> merge(weft::receiver<int> a, weft::receiver<int> b) {
  weft::chan<int> out;
  weft::go([a, b, out]() mutable {
    auto pass_on = [&](weft::receiver<int>& from, std::optional<int> value) {
      if (value) {
        out.send(*value);
      } else {
        from = nullptr;
      }
    };
    while (a || b) {
      weft::select(weft::on_recv(a, [&](std::optional<int> value) { pass_on(a, value); }),
                   weft::on_recv(b, [&](std::optional<int> value) { pass_on(b, value); }));
    }
    out.close();
  });
  return out;
}

int main() {
  return weft::run([] {
    weft::receiver<int> all = merge(merge(readings(0, 100), readings(100, 200)), readings(200, 300));
    int count = 0, sum = 0;
    for (int reading : all) {
      ++count;
      sum += reading;
    }
    std::printf("received %d readings, their sum is %d\n", count, sum);
  });
}
