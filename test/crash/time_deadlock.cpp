// SPDX-License-Identifier: Apache-2.0
//
// sentence: a timer that nobody waits for does not hide a deadlock, and one that somebody waits for does until it is due
// guarantee: T8.4 T2.4
// engines: both
// expect-exit: 0
// seconds: 120
#include <chrono>

#include "deaths.hpp"

namespace {

using namespace std::chrono_literals;
using weft::chan;
using weft::on_recv;
using weft::select;

constexpr const char* deadlock = "fatal error: all goroutines are asleep - deadlock!";

void wait_for_ever() { static_cast<void>(chan<int>().recv()); }

const deaths::row rows[] = {
    {"an after that is held", deadlock,
     [] {
       const auto due = weft::after(1h);
       wait_for_ever();
     },
     "[chan receive"},
    {"an after that a select has left", deadlock,
     [] {
       const auto due = weft::after(1h);
       const chan<int> c;
       weft::go([=] { c.send(1); });
       select(on_recv(due), on_recv(c));
       wait_for_ever();
     }},
    {"an after that a bounded receive has left", deadlock,
     [] {
       const auto due = weft::after(1h);
       static_cast<void>(due.recv_for(1ms));
       static_cast<void>(weft::select_for(1ms, on_recv(due), on_recv(due)));
       wait_for_ever();
     }},
    {"a timer that was stopped under its receiver", deadlock,
     [] {
       const weft::timer t(1h);
       weft::go([=] { static_cast<void>(t.channel().recv()); });
       weft::sleep_for(1ms);
       static_cast<void>(t.stop());
       wait_for_ever();
     }},
    {"a ticker that nobody waits for", deadlock,
     [] {
       const weft::ticker t(1h);
       wait_for_ever();
     }},
    {"a delayed call that was stopped", deadlock,
     [] {
       static_cast<void>(weft::after_func(1h, [] {}).stop());
       wait_for_ever();
     }},
    {"an after that never comes, under its receiver", deadlock,
     [] { static_cast<void>(weft::after(std::chrono::hours::max()).recv()); }},
    {"a bounded wait without bounds", deadlock,
     [] { static_cast<void>(chan<int>().recv(weft::detail::wait_limit{})); }},
    {"a sleep without end that could be cancelled", deadlock,
     [] {
       weft::detail::canceller by;
       static_cast<void>(weft::sleep_for(weft::detail::wait_limit{.by = &by}, std::chrono::hours::max()));
     },
     "[sleep"},
    {"a timer that is waited for, when it has come", "panic: it has come",
     [] {
       weft::go([] {
         static_cast<void>(weft::after(20ms).recv());
         weft::panic("it has come");
       });
       wait_for_ever();
     }},
    {"a delayed call, when it has been made", "panic: it has been made",
     [] {
       weft::after_func(20ms, [] { weft::panic("it has been made"); });
       wait_for_ever();
     }},
};

}  // namespace

int main() { return deaths::check(rows); }
