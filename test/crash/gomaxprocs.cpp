// SPDX-License-Identifier: Apache-2.0
// engines: sched
// guarantee: P1.1 P1.2 P1.3 P2 P5.4 G14.1
// sentence: GOMAXPROCS by environment, option, affinity and call; values out of range are refused by name
// env: GOMAXPROCS=
// seconds: 90
// expect-stdout: ^\[garbage\] err: fatal error: GOMAXPROCS=many: it must be a number between 1 and 1024, or not be set$
// expect-stdout: ^\[zero\] err: fatal error: GOMAXPROCS=0: it must be a number
// expect-stdout: ^\[negative\] err: fatal error: GOMAXPROCS=-2: it must be a number
// expect-stdout: ^\[too large\] err: fatal error: GOMAXPROCS=1025: it must be a number
// expect-stdout: ^\[fraction\] err: fatal error: GOMAXPROCS=2.5: it must be a number
// expect-stdout: ^\[overflow\] err: fatal error: GOMAXPROCS=99999999999999999999: it must be a number
// expect-stdout: ^\[garbage\] exit 2$
// expect-stdout: ^\[zero\] exit 2$
// expect-stdout: ^\[negative\] exit 2$
// expect-stdout: ^\[too large\] exit 2$
// expect-stdout: ^\[fraction\] exit 2$
// expect-stdout: ^\[overflow\] exit 2$
// expect-stdout: ^\[three\] exit 3$
// expect-stdout: ^\[option wins\] exit 5$
// expect-stdout: ^\[library\] exit 6$
// expect-stdout: ^\[most\] out: 1024 workers, sum 499500\n\[most\] exit 0$
// expect-stdout: ^\[affinity\] out: 1 of 1\n\[affinity\] exit 0$
// expect-stdout: ^\[bad option\] err: panic: run_options\.workers is -3; it must be between 1 and 1024, or 0 for the default$
// expect-stdout: ^\[large option\] err: panic: run_options\.workers is 1025; it must be between 1 and 1024
// expect-stdout: ^\[large call\] err: panic: gomaxprocs\(2000\)
// expect-stdout: ^\[bad option\] exit 2$
// expect-stdout: ^\[large option\] exit 2$
// expect-stdout: ^\[large call\] exit 2$
#include <sched.h>

#include <cstdio>

#include "scene.hpp"
#include "weft/weft.hpp"

int ask() {
  return weft::run([] { return weft::gomaxprocs(); });
}

int work_with_many() {
  return weft::run([] {
    weft::chan<int> c;
    for (int i = 0; i < 1000; ++i) weft::go([=] { c.send(i); });
    int sum = 0;
    for (int i = 0; i < 1000; ++i) sum += c.recv().value();
    std::printf("%d workers, sum %d\n", weft::gomaxprocs(), sum);
  });
}

int allow_one_processor() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 1;
  int first = 0;
  while (CPU_ISSET(first, &allowed) == 0) ++first;
  CPU_ZERO(&allowed);
  CPU_SET(first, &allowed);
  if (sched_setaffinity(0, sizeof allowed, &allowed) != 0) return 1;
  return weft::run([] { std::printf("%d of %d\n", weft::gomaxprocs(), weft::num_cpu()); });
}

int main() {
  scene("garbage").play(ask, "GOMAXPROCS", "many");
  scene("zero").play(ask, "GOMAXPROCS", "0");
  scene("negative").play(ask, "GOMAXPROCS", "-2");
  scene("too large").play(ask, "GOMAXPROCS", "1025");
  scene("fraction").play(ask, "GOMAXPROCS", "2.5");
  scene("overflow").play(ask, "GOMAXPROCS", "99999999999999999999");
  scene("three").play(ask, "GOMAXPROCS", "3");
  scene("option wins")
      .play([] { return weft::run([] { return weft::gomaxprocs(); }, {.workers = 5}); }, "GOMAXPROCS", "3");
  scene("library").play([] { return weft::gomaxprocs(); }, "GOMAXPROCS", "6");
  scene("most").play(work_with_many, "GOMAXPROCS", "1024");
  scene("affinity").play(allow_one_processor);
  scene("bad option").play([] { return weft::run([] {}, {.workers = -3}); });
  scene("large option").play([] { return weft::run([] {}, {.workers = 1025}); });
  scene("large call").play([] { return weft::run([] { return weft::gomaxprocs(2000); }); });
}
