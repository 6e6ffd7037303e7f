// SPDX-License-Identifier: Apache-2.0
//
// Cancellation, fourth cause: replicated requests. The same question goes to five replicas in the hope that one of them
// is fast. The first answer wins; the others are of no use any more and are told to stop. Each counts as stopped only
// when it has said so, so nobody is left behind.
//
// sentence: the first of several answers wins and the other replicas are stopped
// engines: both
// expect-exit: 0
// expect-output-exact:
//   answer of replica 3
//   replicas stopped: 4
#include <weft/weft.hpp>

#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;

struct question {
  weft::chan<int> answer;          // which replica has answered
  weft::chan<weft::unit> enough;   // closed when an answer is there
  weft::chan<weft::unit> stopped;  // one message from each replica that was told to stop
};

void replica(int number, weft::clock::duration takes, const question& asked) {
  weft::receiver<weft::clock::time_point> found = weft::after(takes);
  if (weft::select(weft::on_recv(found), weft::on_recv(asked.enough)) == 1) return asked.stopped.send({});
  if (weft::select(weft::on_send(asked.answer, number), weft::on_recv(asked.enough)) == 1) asked.stopped.send({});
}

int main() {
  return weft::run([] {
    question asked;
    constexpr int replicas = 5;
    for (int number = 1; number <= replicas; ++number) {
      weft::go([=] { replica(number, number == 3 ? 1ms : 10s, asked); });
    }
    std::printf("answer of replica %d\n", asked.answer.recv().value());
    asked.enough.close();

    int stopped = 0;
    for (; stopped < replicas - 1; ++stopped) asked.stopped.recv();
    std::printf("replicas stopped: %d\n", stopped);
  });
}
