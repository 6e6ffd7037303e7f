// SPDX-License-Identifier: Apache-2.0
//
// The race with which one document opens: a goroutine increments data, and main looks at it meanwhile and finds
// concurrency cool if it is still zero. Nothing says who is first. Sleeping before the look, the document warns, makes
// the wrong order rare and never impossible. A channel orders the two, and costs no sleep.
//
// In C++ an unguarded int would be more than a wrong order: a data race, with which anything may happen. The race shown
// here is the one that remains when each access alone is safe, so data is atomic.
//
// sentence: the order of a race is not fixed by sleeping but by a channel
// engines: both
// expect-exit: 0
// expect-stdout: ^at once: Concurrency is cool, [0-9]+ times in 1000$
// expect-stdout: ^after a sleep: data is [01], and was promised by nobody$
// expect-stdout: ^after receiving: data is 1$
#include <weft/weft.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>

using namespace std::chrono_literals;

using shared_data = std::shared_ptr<std::atomic<int>>;

shared_data increment_in_background(weft::chan<weft::unit> done = weft::chan<weft::unit>(1)) {
  auto data = std::make_shared<std::atomic<int>>(0);
  weft::go([=] {
    ++*data;
    done.send({});
  });
  return data;
}

int main() {
  return weft::run([] {
    int cool = 0;
    for (int i = 0; i < 1000; ++i) {
      shared_data data = increment_in_background();
      if (*data == 0) ++cool;
      weft::yield();
    }
    std::printf("at once: Concurrency is cool, %d times in 1000\n", cool);

    shared_data data = increment_in_background();
    weft::sleep_for(30ms);
    std::printf("after a sleep: data is %d, and was promised by nobody\n", data->load());

    weft::chan<weft::unit> done;
    data = increment_in_background(done);
    done.recv();
    std::printf("after receiving: data is %d\n", data->load());
  });
}
