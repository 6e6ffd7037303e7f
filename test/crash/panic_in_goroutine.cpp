// SPDX-License-Identifier: Apache-2.0
// guarantee: G11.1
// sentence: a panic in any goroutine ends the process: its message, the goroutine, its stack, status 2
// expect-exit: 2
// expect-stdout: ^printed before$
// expect-stdout-not: unwound|main
// expect-stderr: ^panic: the message$
// expect-stderr: ^\ngoroutine [1-9][0-9]* \[running\]:$
// expect-stderr: a_function_with_a_name
// expect-stderr: ^  started at .*panic_in_goroutine\.cpp:[0-9]+$
#include <cstdio>

#include "weft/weft.hpp"

struct says {
  const char* what;
  ~says() { std::puts(what); }
};

[[gnu::noinline]] void a_function_with_a_name() {
  std::puts("printed before");  // into a pipe: it stays in the buffer unless the panic flushes it
  weft::panic("the message");
}

int main() {
  return weft::run([] {
    weft::go([] {
      const says never{"unwound"};
      a_function_with_a_name();
    });
    const says never{"main unwound"};
    weft::chan<int>().recv();
    std::puts("main");
  });
}
