// SPDX-License-Identifier: Apache-2.0
//
// The deadlock of the document: print_sum locks one value, works for two seconds and locks the other; two goroutines do
// so in opposite order, and main waits for both. Nobody can ever go on. Go's runtime sees that and so does weft: it
// says what every goroutine waits for and where it was started, and ends the program with status 2.
//
// sentence: two goroutines that lock in opposite order are reported as a deadlock
// engines: both
// expect-exit: 2
// expect-stderr: ^fatal error: all goroutines are asleep - deadlock!$
// expect-stderr: ^goroutine [0-9]+ \[
// expect-stderr: ^goroutine [0-9]+ \[
// expect-stderr: ^goroutine [0-9]+ \[
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
    weft::wait_group wg;

    auto print_sum = [&wg](guarded_value& v1, guarded_value& v2) {
      {
        std::scoped_lock first(v1.mu);
        weft::sleep_for(2s);
        std::scoped_lock second(v2.mu);
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
