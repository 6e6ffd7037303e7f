// SPDX-License-Identifier: Apache-2.0
//
// sentence: who waits for ever on null channels is reported with that reason
// guarantee: C2.1 L5.2
// engines: both
// expect-exit: 0
// seconds: 60
#include "deaths.hpp"

namespace {

using weft::chan;

constexpr const char* deadlock = "fatal error: all goroutines are asleep - deadlock!";

const deaths::row rows[] = {
    {"receive", deadlock, [] { static_cast<void>(chan<int>(nullptr).recv()); }, "[chan receive (nil chan)"},
    {"loop", deadlock,
     [] {
       for (const int v : weft::receiver<int>()) static_cast<void>(v);
     },
     "[chan receive (nil chan)"},
    {"send", deadlock, [] { chan<int>(nullptr).send(1); }, "[chan send (nil chan)"},
    {"select without cases", deadlock, [] { weft::select(); }, "[select (no cases)"},
    {"selector without cases", deadlock, [] { weft::selector().wait(); }, "[select (no cases)"},
    {"select of null channels", deadlock,
     [] { weft::select(weft::on_recv(chan<int>(nullptr)), weft::on_send(chan<int>(nullptr), 1)); },
     "[select (no cases)"},
    {"select of one null channel, which is the plain operation", deadlock,
     [] { weft::select(weft::on_send(chan<int>(nullptr), 1)); }, "[chan send (nil chan)"},
    {"select alone with itself", deadlock,
     [] {
       const chan<int> c;
       weft::select(weft::on_recv(c), weft::on_send(c, 1));
     },
     "[select"},
};

}  // namespace

int main() { return deaths::check(rows); }
