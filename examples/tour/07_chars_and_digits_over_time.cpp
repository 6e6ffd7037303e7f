// SPDX-License-Identifier: Apache-2.0
//
// The same two, now with a sleep after each print and the time since the start on each line. get_chars sleeps ten
// milliseconds and get_digits thirty, so several characters come between two digits, as in the lesson's diagram: both
// make progress on one worker although each of them spends its life asleep. main gives them 200 ms.
//
// sentence: a goroutine that sleeps less gets more turns
// engines: both
// expect-exit: 0
// expect-stdout: ^main execution started at time
// expect-stdout: ^(H|1) at time
// expect-stdout: ^o at time
// expect-stdout: ^5 at time
// expect-stdout: ^main execution stopped at time
#include <weft/weft.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

using namespace std::chrono_literals;

const auto start = weft::clock::now();

double since_start() { return std::chrono::duration<double, std::milli>(weft::clock::now() - start).count(); }

void get_chars(const std::string& text) {
  for (char c : text) {
    std::printf("%c at time %.3fms\n", c, since_start());
    weft::sleep_for(10ms);
  }
}

void get_digits(const std::vector<int>& digits) {
  for (int d : digits) {
    std::printf("%d at time %.3fms\n", d, since_start());
    weft::sleep_for(30ms);
  }
}

int main() {
  return weft::run([] {
    std::printf("main execution started at time %.3fms\n", since_start());

    weft::go([] { get_chars("Hello"); });

    weft::go([] { get_digits({1, 2, 3, 4, 5}); });

    weft::sleep_for(200ms);

    std::printf("\nmain execution stopped at time %.3fms\n", since_start());
  });
}
