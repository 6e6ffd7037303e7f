// SPDX-License-Identifier: Apache-2.0
//
// Goroutines that tell when they have finished: what the lesson asks for after calling a sleep in main a hack, because
// nobody knows how long the work takes. Each sends on a channel as its last act and main receives as often as it has
// started one. No sleep is left, and nothing is lost on a slow day.
//
// sentence: receiving from a channel waits exactly until the goroutines have finished
// engines: both
// expect-exit: 0
// expect-stdout: ^main execution started$
// expect-stdout: ^(H e l l o|1 2 3 4 5) $
// expect-stdout: ^(H e l l o|1 2 3 4 5) $
// expect-stdout: ^main execution stopped$
#include <weft/weft.hpp>

#include <cstdio>
#include <string>

int main() {
  return weft::run([] {
    std::puts("main execution started");

    weft::chan<std::string> lines;
    weft::go([=] {
      std::string line;
      for (char c : std::string("Hello")) line = line + c + ' ';
      lines.send(line);
    });
    weft::go([=] {
      std::string line;
      for (int d : {1, 2, 3, 4, 5}) line += std::to_string(d) + ' ';
      lines.send(line);
    });
    for (int started = 0; started < 2; ++started) std::puts(lines.recv().value().c_str());

    std::puts("main execution stopped");
  });
}
