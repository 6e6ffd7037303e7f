// SPDX-License-Identifier: Apache-2.0
//
// Contexts and time. That time passes orders nothing; what is told by a context, or called by a timer, is ordered.
#include <memory>

#include "harness.hpp"
#include "race/race.hpp"
#include "weft/chan.hpp"
#include "weft/context.hpp"
#include "weft/go.hpp"
#include "weft/select.hpp"
#include "weft/task.hpp"
#include "weft/time.hpp"
#include "weft/timer.hpp"
#include "weft/unit.hpp"

namespace weft::race {
namespace {

using namespace std::chrono_literals;

/// A goroutine that touches the variable before it cancels, or after.
void cancelled_by(scene& s, const std::shared_ptr<cancel_scope>& ctx) {
  go([&s, ctx] {
    s.before();
    ctx->cancel();
    s.after();
  });
}

std::shared_ptr<cancel_scope> scope() { return std::make_shared<cancel_scope>(with_cancel(background())); }

const pair contexts[] = {
    {"cancel before what done tells",
     [](scene& s) {
       const auto ctx = scope();
       cancelled_by(s, ctx);
       ctx->done().recv();
       s.touch();
       s.await();
     }},
    {"cancel before a receive that it calls off",
     [](scene& s) {
       const auto ctx = scope();
       cancelled_by(s, ctx);
       const chan<unit> nobody_sends;
       static_cast<void>(nobody_sends.recv(*ctx));
       s.touch();
       s.await();
     }},
    {"cancel before what err tells",
     [](scene& s) {
       const auto ctx = scope();
       cancelled_by(s, ctx);
       while (!ctx->err()) yield();
       s.touch();
       s.await();
     }},
    {"the end of a parent before what its child tells",
     [](scene& s) {
       const auto ctx = scope();
       const auto child = with_timeout(*ctx, 1h);
       cancelled_by(s, ctx);
       child.done().recv();
       s.touch();
       s.await();
     }},
    {"cancel before a function given to after_func",
     [](scene& s) {
       const auto ctx = scope();
       after_func(*ctx, [&s] {
         s.touch();
         s.end();
       }).detach();
       s.before();
       ctx->cancel();
       if (!s.ordered()) s.touch();
       s.await();
     }},
    {"a deadline that passes orders nothing",
     [](scene& s) {
       const auto ctx = std::make_shared<cancel_scope>(with_timeout(background(), s.ordered() ? 1h : 1ms));
       go([&s, ctx] {
         s.touch();
         if (s.ordered()) ctx->cancel();
         s.end();
       });
       ctx->done().recv();
       s.await();
       s.touch();
     }},
};

WEFT_PLAIN_TEST("RC1.5", "races around contexts are reported, and what their end orders is not") {
  expect_told_apart(contexts);
}

const pair timers[] = {
    {"sleeping orders nothing",
     [](scene& s) {
       chan<unit> c(1);
       go([&s, c] {
         s.touch();
         if (s.ordered()) c.send({});
         s.end();
       });
       sleep_for(1ms);
       s.await();
       if (s.ordered()) c.recv();
       s.touch();
     }},
    {"that a time-out comes orders nothing",
     [](scene& s) {
       chan<unit> c(1);
       go([&s, c] {
         s.touch();
         if (s.ordered()) c.send({});
         s.end();
       });
       s.await();
       select(on_recv(c), on_recv(after(s.ordered() ? std::chrono::nanoseconds(1h) : 1ms)));
       s.touch();
     }},
    {"after_func before the call",
     [](scene& s) {
       s.before();
       const delayed_call call = after_func(1ms, [&s] {
         s.touch();
         s.end();
       });
       if (!s.ordered()) s.touch();
       s.await();
     }},
    {"a reset before the call",
     [](scene& s) {
       const delayed_call call = after_func(1h, [&s] {
         s.touch();
         s.end();
       });
       s.before();
       call.reset(1ms);
       if (!s.ordered()) s.touch();
       s.await();
     }},
};

WEFT_PLAIN_TEST("RC1.5", "races around timers are reported, and what these order is not") { expect_told_apart(timers); }

}  // namespace
}  // namespace weft::race
