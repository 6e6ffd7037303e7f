// SPDX-License-Identifier: Apache-2.0
//
// Select chooses among competing channels in a uniform random way, as one document says: no case has priority, so none
// can starve the others. Two channels always hold a message; of 10,000 choices each gets half, give or take chance. The
// standard deviation is 50; both stay within ten of them.
//
// sentence: of two channels that are always ready each is chosen half of the time
// engines: both
// expect-exit: 0
// expect-stdout: ^left: (4[5-9]|5[0-4])[0-9][0-9], right: (4[5-9]|5[0-4])[0-9][0-9]$
#include <weft/weft.hpp>

#include <cstdio>

int main() {
  return weft::run([] {
    weft::chan<weft::unit> left(1), right(1);
    left.send({});
    right.send({});

    int lefts = 0, rights = 0;
    for (int i = 0; i < 10'000; ++i) {
      weft::select(weft::on_recv(left,
                                 [&] {
                                   ++lefts;
                                   left.send({});
                                 }),
                   weft::on_recv(right, [&] {
                     ++rights;
                     right.send({});
                   }));
    }
    std::printf("left: %d, right: %d\n", lefts, rights);
  });
}
