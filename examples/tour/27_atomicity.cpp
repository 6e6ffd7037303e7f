// SPDX-License-Identifier: Apache-2.0
//
// Atomic is a matter of scope, says the document's section on atomicity: what is indivisible in one context is not in
// another. Loading data is atomic and storing it is atomic; the increment made of the two is not. Two goroutines both
// load, then meet on a channel, so that the interleaving is always the unlucky one, and then both store: one increment
// is lost. With the increment as one atomic operation nothing is lost, whatever comes between.
//
// sentence: two atomic operations do not make one
// engines: both
// expect-exit: 0
// expect-output-exact:
//   load, meet, store: two increments make 1
//   meet, fetch_add: two increments make 2
#include <weft/weft.hpp>

#include <atomic>
#include <cstdio>

/// Two goroutines call this and go on together: one of them sends, the other receives.
void meet(const weft::chan<weft::unit>& place) { weft::select(weft::on_send(place, {}), weft::on_recv(place)); }

int main() {
  return weft::run([] {
    std::atomic<int> data = 0;
    weft::chan<weft::unit> place;

    weft::wait_group increments;
    for (int i = 0; i < 2; ++i) {
      increments.go([&] {
        int seen = data.load();
        meet(place);
        data.store(seen + 1);
      });
    }
    increments.wait();
    std::printf("load, meet, store: two increments make %d\n", data.load());

    data = 0;
    for (int i = 0; i < 2; ++i) {
      increments.go([&] {
        meet(place);
        data.fetch_add(1);
      });
    }
    increments.wait();
    std::printf("meet, fetch_add: two increments make %d\n", data.load());
  });
}
