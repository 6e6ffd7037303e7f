// SPDX-License-Identifier: Apache-2.0
//
// sentence: every misuse of a context ends the program by name
// guarantee: X11.1 X11.2 X11.3 X11.4
// engines: both
// expect-exit: 0
// seconds: 60
#include <chrono>
#include <functional>
#include <utility>

#include "deaths.hpp"

namespace {

using namespace std::chrono_literals;
using weft::background;
using weft::context;

constexpr const char* no_parent = "panic: cannot create context from nil parent";
constexpr const char* moved = "panic: weft: use of a context that was moved away";
constexpr const char* deadlock = "fatal error: all goroutines are asleep - deadlock!";

struct key {
  using value_type = int;
};

context none() {
  context gone = weft::with_value<key>(background(), 1);
  const context kept = std::move(gone);
  return gone;
}

const deaths::row rows[] = {
    {"with_cancel below nothing", no_parent, [] { static_cast<void>(weft::with_cancel(none())); }},
    {"with_timeout below nothing", no_parent, [] { static_cast<void>(weft::with_timeout(none(), 1s)); }},
    {"with_deadline below nothing", no_parent,
     [] { static_cast<void>(weft::with_deadline(none(), weft::clock::now() - 1s)); }},
    {"with_value below nothing", no_parent, [] { static_cast<void>(weft::with_value<key>(none(), 1)); }},
    {"without_cancel below nothing", no_parent, [] { static_cast<void>(weft::without_cancel(none())); }},
    {"with_stop_token below nothing", no_parent,
     [] { static_cast<void>(weft::with_stop_token(none(), std::stop_token())); }},
    {"done of nothing", moved, [] { static_cast<void>(none().done()); }},
    {"err of nothing", moved, [] { static_cast<void>(none().err()); }},
    {"a wait under nothing", moved,
     [] { static_cast<void>(static_cast<weft::detail::wait_limit>(none()).called_off()); }},
    {"after_func of nothing", moved, [] { static_cast<void>(weft::after_func(none(), [] {})); }},
    {"cancelling a scope that was moved away", moved,
     [] {
       weft::cancel_scope gone = weft::with_cancel(background());
       const weft::cancel_scope kept = std::move(gone);
       gone.cancel();
     }},
    {"after_func without function", "panic: after_func: null function",
     [] { static_cast<void>(weft::after_func(background(), std::function<void()>())); }},
    {"an exception that leaves a function of after_func", "panic: uncaught exception int",
     [] {
       const weft::cancel_scope ctx = weft::with_cancel(background());
       const auto after = weft::after_func(ctx, [] { throw 1; });
       ctx.cancel();
       weft::sleep_for(1s);
     }},
    {"rethrow of no failure", "panic: weft: rethrow of no failure", [] { weft::failure().rethrow(); }},
    {"waiting for the end of what never ends", deadlock, [] { background().done().recv(); },
     "[chan receive (nil chan)"},
    {"waiting for an end that nobody brings about", deadlock,
     [] {
       const weft::cancel_scope ctx = weft::with_cancel(background());
       const auto after = weft::after_func(ctx, [] {});
       ctx.done().recv();
     },
     "[chan receive"},
    {"a deadline that was taken back keeps nobody waiting", deadlock,
     [] {
       const weft::cancel_scope ctx = weft::with_timeout(background(), 1h);
       ctx.cancel();
       weft::chan<int>().recv();
     },
     "[chan receive"},
};

}  // namespace

int main() { return deaths::check(rows); }
