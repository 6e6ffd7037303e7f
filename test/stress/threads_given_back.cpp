// SPDX-License-Identifier: Apache-2.0
// guarantee: W8.3
// sentence: threads that a burst of blocking calls has needed are given back within ten seconds
// not-under: address (it has a thread of its own), thread (likewise)
// env: GOMAXPROCS=2
// seconds: 60
// expect-exit: 0
// expect-stdout: ^[4-9][0-9] threads in the burst$
// expect-stdout: ^[1-8] threads later$
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iterator>

#include "weft/weft.hpp"

using namespace std::chrono_literals;

int threads() { return static_cast<int>(std::distance(std::filesystem::directory_iterator("/proc/self/task"), {})); }

int main() {
  return weft::run([] {
    weft::wait_group all;
    for (int i = 0; i < 50; ++i) all.go([] { weft::blocking([] { usleep(500'000); }); });
    weft::sleep_for(300ms);
    std::printf("%d threads in the burst\n", threads());
    all.wait();
    weft::sleep_for(12s);
    std::printf("%d threads later\n", threads());
  });
}
