// SPDX-License-Identifier: Apache-2.0
//
// Dealing with many things at once on one core: the lesson's browser, which downloads files, plays music and scrolls
// the page while it has a single processor. Each is a goroutine that works a little and waits; with one worker nothing
// runs in parallel, and yet the page scrolls while the download is under way.
//
// sentence: one worker deals with several things at once
// engines: both
// expect-exit: 0
// expect-stdout: ^workers: 1$
// expect-stdout: ^download started$
// expect-stdout: ^page scrolled$
// expect-stdout: ^download finished$
// expect-stdout: ^everything happened at once on one core$
#include <weft/weft.hpp>

#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;

int main() {
  return weft::run(
      [] {
        std::printf("workers: %d\n", weft::gomaxprocs());
        weft::chan<weft::unit> downloading, clicked;
        weft::wait_group things;

        things.go([=] {
          std::puts("download started");
          downloading.close();
          clicked.recv();  // the rest of the file comes only after the user has scrolled
          std::puts("download finished");
        });
        things.go([] {
          for (int beat = 1; beat <= 4; ++beat) {
            std::printf("music, beat %d\n", beat);
            weft::sleep_for(2ms);
          }
        });
        things.go([=] {
          downloading.recv();
          std::puts("page scrolled");
          clicked.close();
        });

        things.wait();
        std::puts("everything happened at once on one core");
      },
      {.workers = 1});
}
