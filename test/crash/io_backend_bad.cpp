// SPDX-License-Identifier: Apache-2.0
// engines: sched
// guarantee: FS9.7
// sentence: WEFT_IO says nonsense: a fatal error that names it
// env: WEFT_IO=threads
// expect-exit: 2
// expect-stderr: ^fatal error: WEFT_IO=threads: it must be epoll, uring or auto, or not be set$
#include <cstdio>

#include "weft/weft.hpp"

int main() {
  return weft::run([] { std::puts("never begun"); });
}
