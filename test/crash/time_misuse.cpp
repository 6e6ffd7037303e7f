// SPDX-License-Identifier: Apache-2.0
//
// sentence: every misuse of a timer or ticker panics by name
// guarantee: T3.4 T4.4 T5.8 T6.7
// engines: both
// expect-exit: 0
// seconds: 60
#include <chrono>
#include <functional>

#include "deaths.hpp"

namespace {

using namespace std::chrono_literals;
constexpr const char* new_ticker = "panic: non-positive interval for NewTicker";
constexpr const char* reset_ticker = "panic: non-positive interval for Ticker.Reset";
constexpr const char* no_timer_stop = "panic: time: Stop called on uninitialized Timer";
constexpr const char* no_timer_reset = "panic: time: Reset called on uninitialized Timer";

const deaths::row rows[] = {
    {"a ticker of nothing", new_ticker, [] { weft::ticker t(0s); }},
    {"a ticker of less", new_ticker, [] { weft::ticker t(-1ns); }},
    {"a ticker of no number", new_ticker,
     [] { weft::ticker t{std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN())}; }},
    {"a ticker reset to nothing", reset_ticker, [] { weft::ticker(1h).reset(0s); }},
    {"a ticker reset to less", reset_ticker, [] { weft::ticker(1h).reset(-1h); }},
    {"no ticker reset", "panic: time: Reset called on uninitialized Ticker", [] { weft::ticker().reset(1s); }},
    {"no timer stopped", no_timer_stop, [] { weft::timer().stop(); }},
    {"no timer reset", no_timer_reset, [] { weft::timer().reset(1s); }},
    {"a timer stopped that was moved from", no_timer_stop,
     [] {
       weft::timer t(1h);
       const weft::timer other = std::move(t);
       t.stop();
     }},
    {"no delayed call stopped", no_timer_stop, [] { weft::delayed_call().stop(); }},
    {"no delayed call reset", no_timer_reset, [] { weft::delayed_call().reset(1s); }},
    {"a null function", "fatal error: go of nil func value",
     [] { weft::after_func(1h, static_cast<void (*)()>(nullptr)); }},
    {"an empty function", "fatal error: go of nil func value", [] { weft::after_func(1h, std::function<void()>()); }},
    {"a panic in a delayed call", "panic: in a call",
     [] {
       weft::after_func(0s, [] { weft::panic("in a call"); });
       weft::sleep_for(10s);
     }},
    {"an exception that leaves a delayed call", "panic: uncaught exception std::runtime_error: out",
     [] {
       weft::after_func(0s, [] { throw std::runtime_error("out"); });
       weft::sleep_for(10s);
     }},
    {"a selector with otherwise and a limit",
     "panic: weft: a selector with otherwise never waits, so there is nothing to limit",
     [] {
       weft::selector s;
       s.otherwise();
       static_cast<void>(s.wait_for(1s));
     }},
    {"a bounded send on a closed channel", "panic: send on closed channel",
     [] {
       weft::chan<int> c;
       c.close();
       static_cast<void>(c.send_for(1s, 1));
     }},
    {"a bounded send that waits when the channel is closed", "panic: send on closed channel",
     [] {
       weft::chan<int> c;
       weft::go([=] {
         weft::sleep_for(1ms);
         c.close();
       });
       static_cast<void>(c.send_for(10s, 1));
     }},
    {"a bounded select that waits when the channel is closed", "panic: send on closed channel",
     [] {
       weft::chan<int> c;
       weft::go([=] {
         weft::sleep_for(1ms);
         c.close();
       });
       static_cast<void>(weft::select_for(10s, weft::on_recv(weft::chan<int>()), weft::on_send(c, 1)));
     }},
};

}  // namespace

int main() { return deaths::check(rows); }
