// SPDX-License-Identifier: Apache-2.0
//
// sentence: goexit on a foreign thread panics
// guarantee: F3.2
// engines: both
// expect-exit: 2
// expect-stderr: ^panic: .*goexit
#include <weft/weft.hpp>

#include <thread>

int main() {
  std::thread thread([] { weft::goexit(); });
  thread.join();
}
