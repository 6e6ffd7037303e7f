// SPDX-License-Identifier: Apache-2.0
// sentence: every misuse of the signal functions ends the program by name
// guarantee: K3.9
// engines: both
// expect-exit: 0
// seconds: 60
#include <csignal>

#include "deaths.hpp"

namespace {

namespace signals = weft::signals;

const deaths::row rows[] = {
    {"notify of nil", "panic: os/signal: Notify using nil channel", [] { signals::notify(nullptr, {SIGINT}); }},
    {"notify of SIGKILL", "panic: weft: signal 9 cannot be caught", [] { signals::notify(weft::chan<int>(1), {9}); }},
    {"notify of a fault", "panic: weft: signal 11 cannot be caught",
     [] {
       signals::notify(weft::chan<int>(1), {SIGINT, SIGSEGV});
     }},
    {"notify of no signal", "panic: weft: signal 0 cannot be caught", [] { signals::notify(weft::chan<int>(1), {0}); }},
    {"notify of what is beyond", "panic: weft: signal 65 cannot be caught",
     [] { signals::notify(weft::chan<int>(1), {65}); }},
    {"notify of the C library's own", "panic: weft: signal 33 cannot be caught",
     [] { signals::notify(weft::chan<int>(1), {33}); }},
    {"ignore of SIGSTOP", "panic: weft: signal 19 cannot be caught", [] { signals::ignore({SIGSTOP}); }},
    {"reset of a negative", "panic: weft: signal -2 cannot be caught", [] { signals::reset({-2}); }},
};

}  // namespace

int main() { return deaths::check(rows); }
