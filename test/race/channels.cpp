// SPDX-License-Identifier: Apache-2.0
//
// Channels: what their operations order, and what they do not.
#include "harness.hpp"
#include "race/race.hpp"
#include "weft/chan.hpp"
#include "weft/context.hpp"
#include "weft/coroutine.hpp"
#include "weft/go.hpp"
#include "weft/unit.hpp"

namespace weft::race {
namespace {

using namespace std::chrono_literals;

/// Somebody touches the variable and then sends, or the other way round.
void send_to(scene& s, const sender<unit>& c) {
  go([&s, c] {
    s.before();
    c.send({});
    s.after();
  });
}

void received_from_buffer(scene& s, std::size_t room) {
  chan<unit> c(room);
  send_to(s, c);
  c.recv();
  s.touch();
  s.await();
}

/// The k-th receive comes before the end of the send k + C.
void room_is_made(scene& s, std::size_t room) {
  chan<unit> c(room);
  go([&s, c] {
    s.before();
    c.recv();
    s.after();
  });
  for (std::size_t i = 0; i <= room; ++i) c.send({});
  s.touch();
  s.await();
}

struct detached {
  struct promise_type {
    detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

detached send_from_coroutine(scene& s, chan<unit> c) {
  s.before();
  co_await c.async_send({});
  s.after();
}

detached receive_in_coroutine(scene& s, chan<unit> c) {
  static_cast<void>(co_await c.async_recv());
  s.touch();
  s.end();
}

const pair channels[] = {
    {"an unbuffered send before the return of its receive",
     [](scene& s) {
       chan<unit> c;
       send_to(s, c);
       c.recv();
       s.touch();
       s.await();
     }},
    {"an unbuffered receive before the return of its send",
     [](scene& s) {
       chan<unit> c;
       go([&s, c] {
         s.before();
         c.recv();
         s.after();
       });
       c.send({});
       s.touch();
       s.await();
     }},
    {"a send before its receive, with room for one", [](scene& s) { received_from_buffer(s, 1); }},
    {"a send before its receive, with room for many", [](scene& s) { received_from_buffer(s, 100); }},
    {"with room for one, the first receive before the return of the second send", [](scene& s) { room_is_made(s, 1); }},
    {"with room for three, the first receive before the return of the fourth send",
     [](scene& s) { room_is_made(s, 3); }},
    {"a send with room does not wait for a receive before it",
     [](scene& s) {
       chan<unit> c(2);
       c.send({});
       go([&s, c] {
         s.touch();
         c.recv();
         s.end();
       });
       c.send({});
       if (s.ordered()) c.send({});
       s.touch();
       s.await();
     }},
    {"close before a receive that reports it",
     [](scene& s) {
       chan<unit> c;
       go([&s, c] {
         s.before();
         c.close();
         s.after();
       });
       c.recv();
       s.touch();
       s.await();
     }},
    {"close before a receive that finds it closed later, in a buffered channel",
     [](scene& s) {
       chan<unit> c(1);
       go([&s, c] {
         c.send({});
         s.before();
         c.close();
         s.after();
       });
       s.await();
       c.recv();
       c.recv();
       s.touch();
     }},
    {"close before the receive that finds it closed, after others",
     [](scene& s) {
       chan<unit> c(4);
       go([&s, c] {
         c.send({});
         c.send({});
         s.before();
         c.close();
         s.after();
       });
       while (c.recv()) continue;
       s.touch();
       s.await();
     }},
};

WEFT_PLAIN_TEST("RC1.1", "races around channels are reported, and what channels order is not") {
  expect_told_apart(channels);
}

const pair bounded_forms[] = {
    {"a send before a try_recv that has its value",
     [](scene& s) {
       chan<unit> c(1);
       send_to(s, c);
       while (!c.try_recv()) yield();
       s.touch();
       s.await();
     }},
    {"a try_send before the receive of its value",
     [](scene& s) {
       chan<unit> c(1);
       go([&s, c] {
         s.before();
         static_cast<void>(c.try_send({}));
         s.after();
       });
       c.recv();
       s.touch();
       s.await();
     }},
    {"a send before a recv_for that has its value",
     [](scene& s) {
       chan<unit> c;
       send_to(s, c);
       static_cast<void>(c.recv_for(1h));
       s.touch();
       s.await();
     }},
    {"a send with a context before its receive",
     [](scene& s) {
       chan<unit> c;
       go([&s, c] {
         const auto ctx = with_cancel(background());
         s.before();
         static_cast<void>(c.send(ctx, {}));
         s.after();
       });
       c.recv();
       s.touch();
       s.await();
     }},
};

WEFT_PLAIN_TEST("RC1.1", "races around the bounded forms of channels are reported, and what they order is not") {
  expect_told_apart(bounded_forms);
}

const pair connections[] = {
    {"along a chain of two channels",
     [](scene& s) {
       chan<unit> first, second;
       send_to(s, first);
       go([first, second] {
         first.recv();
         second.send({});
       });
       second.recv();
       s.touch();
       s.await();
     }},
    {"who sends a pointer gives away what it points to",
     [](scene& s) {
       chan<scene*> c(1);
       go([&s, c] {
         s.before();
         c.send(&s);
         s.after();
       });
       (*c.recv())->touch();
       s.await();
     }},
    {"one of three senders, who have all been received from",
     [](scene& s) {
       chan<unit> c;
       for (int i = 0; i < 2; ++i) go([c] { c.send({}); });
       send_to(s, c);
       for (int i = 0; i < 3; ++i) c.recv();
       s.touch();
       s.await();
     }},
    {"a channel with room for one is a lock, with room for two it is none",
     [](scene& s) {
       chan<unit> lock(s.ordered() ? 1 : 2);
       for (int i = 0; i < 2; ++i) {
         go([&s, lock] {
           lock.send({});
           if (!s.ordered()) {  // both are inside
             s.end();
             s.await(2);
           }
           s.touch();
           lock.recv();
           s.end();
         });
       }
       s.await(s.ordered() ? 2 : 4);
     }},
    {"two channels do not order each other",
     [](scene& s) {
       chan<unit> asked(1), other(1);
       other.send({});
       go([&s, asked] {
         s.touch();
         asked.send({});
         s.end();
       });
       (s.ordered() ? asked : other).recv();
       s.touch();
       s.await();
     }},
    {"a coroutine that sends",
     [](scene& s) {
       chan<unit> c;
       go([&s, c] { send_from_coroutine(s, c); });
       c.recv();
       s.touch();
       s.await();
     }},
    {"a coroutine that receives",
     [](scene& s) {
       chan<unit> c;
       receive_in_coroutine(s, c);
       s.before();
       c.send({});
       if (!s.ordered()) s.touch();
       s.await();
     }},
};

WEFT_PLAIN_TEST("RC1.1", "races of goroutines that channels connect in other ways are reported, or ordered by them") {
  expect_told_apart(connections);
}

}  // namespace
}  // namespace weft::race
