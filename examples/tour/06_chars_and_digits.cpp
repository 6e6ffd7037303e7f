// SPDX-License-Identifier: Apache-2.0
//
// Two goroutines on one worker, from the lesson on working with several of them. Neither blocks, so each runs to its
// end before the other starts: the output is never mixed. Which goes first is the scheduler's choice; the lesson saw
// "H e l l o 1 2 3 4 5", and a scheduler that prefers the youngest goroutine, as Go's does today, prints the digits
// first.
//
// sentence: on one worker goroutines that do not block run one after the other
// engines: both
// expect-exit: 0
// expect-stdout: ^main execution started$
// expect-stdout: ^(H e l l o 1 2 3 4 5|1 2 3 4 5 H e l l o) $
// expect-stdout: ^main execution stopped$
#include <weft/weft.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

using namespace std::chrono_literals;

void get_chars(const std::string& text) {
  for (char c : text) std::printf("%c ", c);
}

void get_digits(const std::vector<int>& digits) {
  for (int d : digits) std::printf("%d ", d);
}

int main() {
  return weft::run(
      [] {
        std::puts("main execution started");

        weft::go([] { get_chars("Hello"); });

        weft::go([] { get_digits({1, 2, 3, 4, 5}); });

        weft::sleep_for(1ms);

        std::puts("\nmain execution stopped");
      },
      {.workers = 1});
}
