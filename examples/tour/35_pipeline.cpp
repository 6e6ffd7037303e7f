// SPDX-License-Identifier: Apache-2.0
//
// A pipeline: values are passed between independent activities, in the words of the document that sums up Go's two
// styles. Each stage is a goroutine that receives from one channel and sends to the next; closing a channel says that
// nothing more comes, and so the end travels through the whole line. The parameters say who may do what: a receiver
// cannot send, a sender cannot receive, and the compiler checks it.
//
// sentence: values and the end of them travel through a line of goroutines
// engines: both
// expect-exit: 0
// expect-output-exact:
//   1 9 25 49 81
#include <weft/weft.hpp>

#include <cstdio>

void count(weft::sender<int> out) {
  for (int n = 0; n < 10; ++n) out.send(n);
  out.close();
}

void keep_odd(weft::receiver<int> in, weft::sender<int> out) {
  for (int n : in) {
    if (n % 2 != 0) out.send(n);
  }
  out.close();
}

void square(weft::receiver<int> in, weft::sender<int> out) {
  for (int n : in) out.send(n * n);
  out.close();
}

int main() {
  return weft::run([] {
    weft::chan<int> numbers, odd, squares;
    weft::go([=] { count(numbers); });
    weft::go([=] { keep_odd(numbers, odd); });
    weft::go([=] { square(odd, squares); });

    const char* separator = "";
    for (int n : squares) {
      std::printf("%s%d", separator, n);
      separator = " ";
    }
    std::puts("");
  });
}
