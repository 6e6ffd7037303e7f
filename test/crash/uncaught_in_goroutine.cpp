// SPDX-License-Identifier: Apache-2.0
// guarantee: G11.2
// sentence: an exception that nobody catches ends the process: its type, its text, the stack of the throw, status 2
// expect-exit: 2
// expect-stderr: ^panic: uncaught exception std::out_of_range: what it says$
// expect-stderr: ^goroutine ([2-9]|[1-9][0-9]+) \[running\]:$
// expect-stderr: where_it_is_thrown
// expect-stderr: started at .*uncaught_in_goroutine\.cpp
// expect-stdout-not: unwound
#include <cstdio>
#include <stdexcept>

#include "weft/weft.hpp"

struct says {
  const char* what;
  ~says() { std::puts(what); }
};

[[gnu::noinline]] void where_it_is_thrown() { throw std::out_of_range("what it says"); }

int main() {
  return weft::run([] {
    weft::go([] {
      const says never{"unwound"};
      where_it_is_thrown();
    });
    weft::chan<int>().recv();
  });
}
