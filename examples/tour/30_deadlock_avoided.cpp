// SPDX-License-Identifier: Apache-2.0
//
// The same program without its deadlock. The document's runtime can only report one; C++ can prevent it:
// std::scoped_lock takes several locks at once and never holds one while it waits for another, in whatever order they
// are named. weft's mutex works with it.
//
// sentence: locks that are taken together do not deadlock
// engines: both
// expect-exit: 0
// expect-output-exact:
//   sum = 3
//   sum = 3
#include <weft/weft.hpp>

#include <chrono>
#include <cstdio>
#include <mutex>

using namespace std::chrono_literals;

struct guarded_value {
  weft::mutex mu;
  int value = 0;
};

int main() {
  return weft::run([] {
    guarded_value a, b;
    a.value = 1;
    b.value = 2;
    weft::wait_group wg;

    auto print_sum = [&wg](guarded_value& v1, guarded_value& v2) {
      {
        std::scoped_lock both(v1.mu, v2.mu);
        weft::sleep_for(20ms);
        std::printf("sum = %d\n", v1.value + v2.value);
      }
      wg.done();
    };

    wg.add(2);
    weft::go([&] { print_sum(a, b); });
    weft::go([&] { print_sum(b, a); });
    wg.wait();
  });
}
