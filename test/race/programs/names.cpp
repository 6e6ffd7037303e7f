// SPDX-License-Identifier: Apache-2.0
//
// guarantee: RC2
// sentence: the report of a data race names the goroutines, by number, label and the line that started them
// expect-exit: 66
// expect-stderr: WARNING: ThreadSanitizer: data race
// expect-stderr: Thread T\d+ 'goroutine \d+ \{writer\}, started at names\.cpp:20' .*created by
// expect-stderr: Thread T\d+ 'goroutine \d+, started at names\.cpp:21' .*created by
// expect-stderr-not: FATAL
#include "weft/go.hpp"
#include "weft/run.hpp"

int main() {
  static int shared = 0;
  const auto count = [] {
    ++shared;
    weft::yield();
  };
  const auto main_goroutine = [&] {
    weft::go({.label = "writer"}, count);
    weft::go(count);
  };
  return weft::run(main_goroutine, {.drain = true});
}
