// SPDX-License-Identifier: Apache-2.0
//
// A process for the command `weft` to look into: one worker, which computes, and goroutines that wait. run.sh asks
// about it in various states and begins every line with what it has asked.
//
// guarantee: TL1 TL1.1 TL1.2 TL1.3 TL1.5 TL2
// sentence: the command weft sees processes, and who may asks one that hangs for its goroutines
// expect-stdout: ^ps: +\d+  \S+ +server_program .*  listens
// expect-stdout: ^stack: goroutine \d+ \[chan receive, 0x[0-9a-f]+, \d+ ms\] \{reader\}:$
// expect-stdout: ^stack:   started at .*server\.cpp:\d+$
// expect-stdout: ^doctor: gomaxprocs: 1 \(GOMAXPROCS=1;
// expect-stdout: ^doctor: stack guards:
// expect-stdout: ^doctor: environment: WEFT_CONTROL=1$
// expect-stdout: ^modes: 600 700$
// expect-stdout: ^trace: .*/trace: \d+ bytes$
// expect-stdout: ^other: (skipped|weft: process \d+ \(server_program\) belongs to \w+: only that user and root may)
// expect-stdout: ^stopped: weft: process \d+ \(server_program\) does not answer: is it stopped\?$
// expect-stdout: ^killed: there$
// expect-stdout: ^listed: gone$
// expect-stdout: ^ended: gone$
// expect-stdout: ^nobody: weft: there is no process 999999999$
// expect-stdout: ^weftless: weft: process \d+ \((run\.sh|sh)\) has no weft in it, or has not started it yet$
// expect-stdout: ^deaf: weft: process \d+ \(server_program\) (does not listen|has no weft in it)
// expect-stdout: ^folder: weft: WEFT_CONTROL: no socket at .*/weft/\d+\.sock: Operation not permitted$
// expect-stdout: ^misuse: weft: the number of a process is wanted$
// expect-stdout: ^machine: +membarrier +(yes|no)
// expect-stdout-not: ERROR
// seconds: 60
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int main(int, char** argv) {
  const bool ends = argv[1] != nullptr && std::strcmp(argv[1], "end") == 0;
  return weft::run([&] {
    weft::chan<int> requests;
    weft::go({.label = "reader"}, [=] { requests.recv(); });
    weft::testing::settle();
    std::puts("ready");
    std::fflush(stdout);
    if (ends) return;
    for (volatile bool on = true; on;) continue;
  });
}
