// SPDX-License-Identifier: Apache-2.0
//
// Cancellation, first cause of the document's four: a timeout. A goroutine that would search for ever is given 20 ms.
// The channel of after() delivers once when the time is over; the search looks at it between two steps and returns what
// it has got.
//
// sentence: a timeout ends a search that would go on for ever
// expect-exit: 0
// expect-stdout: ^the search was ended after [0-9]+ steps and (2[0-9]|[3-9][0-9]|[0-9]{3,}) ms$
// and [0-9]{3,} ms$
#include <weft/weft.hpp>

#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;

/// Steps taken until the deadline.
long search(weft::receiver<weft::clock::time_point> deadline) {
  long steps = 0;
  for (bool searching = true; searching;) {
    weft::select(weft::on_recv(deadline, [&] { searching = false; }), weft::otherwise([&] { ++steps; }));
  }
  return steps;
}

int main() {
  return weft::run([] {
    auto start = weft::clock::now();
    auto searching = weft::spawn([] { return search(weft::after(20ms)); });
    long steps = searching.join();
    auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(weft::clock::now() - start);
    std::printf("the search was ended after %ld steps and %d ms\n", steps, static_cast<int>(taken.count()));
  });
}
