// SPDX-License-Identifier: Apache-2.0
//
// The scheduler gives everybody a slice: the thought of the document that puts fifty applications of one thread each on
// one core. Without a scheduler the first would run and the others would stand still. Here fifty goroutines on one
// worker do a hundred steps each and let the others run after every step; a board records how far apart the fastest and
// the slowest ever were.
//
// sentence: fifty goroutines on one worker advance together
// expect-exit: 0
// expect-stdout: ^50 applications on 1 core did 5000 steps$
// expect-stdout: ^every application was given its slices: yes$
#include <weft/weft.hpp>

#include <algorithm>
#include <cstdio>
#include <vector>

constexpr int applications = 50;
constexpr int steps = 100;

int main() {
  return weft::run(
      [] {
        weft::chan<int> stepped;  // which application took a step
        for (int application = 0; application < applications; ++application) {
          weft::go([=] {
            for (int step = 0; step < steps; ++step) {
              stepped.send(application);
              weft::yield();
            }
          });
        }

        std::vector<int> progress(applications, 0);
        int apart = 0;
        for (int step = 0; step < applications * steps; ++step) {
          ++progress[static_cast<std::size_t>(stepped.recv().value())];
          auto [slowest, fastest] = std::minmax_element(progress.begin(), progress.end());
          apart = std::max(apart, *fastest - *slowest);
        }
        std::printf("%d applications on %d core did %d steps\n", applications, weft::gomaxprocs(),
                    applications * steps);
        std::printf("never further apart than %d steps\n", apart);
        std::printf("every application was given its slices: %s\n", apart < steps / 2 ? "yes" : "no");
      },
      {.workers = 1});
}
