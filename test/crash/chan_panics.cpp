// SPDX-License-Identifier: Apache-2.0
//
// sentence: every misuse of a closed or null channel panics by name
// guarantee: C2.3 C3.4 C5.3 L7.1 L7.2 A1.7
// engines: both
// expect-exit: 0
// seconds: 60
#include <coroutine>
#include <exception>

#include "deaths.hpp"

namespace {

using weft::chan;
using weft::on_recv;
using weft::on_send;
using weft::otherwise;

constexpr const char* send_on_closed = "panic: send on closed channel";
constexpr const char* close_of_closed = "panic: close of closed channel";
constexpr const char* close_of_nil = "panic: close of nil channel";

chan<int> closed(int capacity, int holds = 0) {
  chan<int> c(capacity);
  for (int i = 0; i < holds; ++i) c.send(i);
  c.close();
  return c;
}

// Runs `send` on a full channel in a goroutine, and closes the channel when that waits.
template <class Send>
void close_under(Send send) {
  const chan<int> c(1);
  c.send(0);
  weft::go([=] { send(c); });
  for (int i = 0; i < 100; ++i) weft::yield();
  weft::sleep_for(std::chrono::milliseconds(5));
  c.close();
  weft::sleep_for(std::chrono::seconds(10));
}

struct detached {
  struct promise_type {
    detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

detached send_one(chan<int> c) { co_await c.async_send(1); }

const deaths::row rows[] = {
    {"send, unbuffered", send_on_closed, [] { closed(0).send(1); }},
    {"send, room", send_on_closed, [] { closed(2).send(1); }},
    {"send, full", send_on_closed, [] { closed(1, 1).send(1); }},
    {"send by a view", send_on_closed, [] { weft::sender<int>(closed(0)).send(1); }},
    {"try_send, unbuffered", send_on_closed, [] { static_cast<void>(closed(0).try_send(1)); }},
    {"try_send, full", send_on_closed, [] { static_cast<void>(closed(3, 3).try_send(1)); }},
    {"select, one case", send_on_closed, [] { weft::select(on_send(closed(0), 1)); }},
    {"select with otherwise", send_on_closed, [] { weft::select(on_send(closed(1), 1), otherwise()); }},
    {"select among others", send_on_closed,
     [] { weft::select(on_recv(chan<int>()), on_send(closed(1, 1), 1), on_recv(chan<int>(nullptr))); }},
    {"select among others with otherwise", send_on_closed,
     [] { weft::select(on_recv(chan<int>()), on_send(closed(0), 1), otherwise(), on_send(chan<int>(), 1)); }},
    {"selector", send_on_closed,
     [] {
       weft::selector s;
       s.on_recv(chan<int>());
       s.on_send(closed(0), 1);
       s.wait();
     }},
    {"coroutine", send_on_closed, [] { send_one(closed(0)); }},

    {"send that waits", send_on_closed, [] { close_under([](const chan<int>& c) { c.send(1); }); }},
    {"select that waits", send_on_closed,
     [] { close_under([](const chan<int>& c) { weft::select(on_recv(chan<int>()), on_send(c, 1)); }); }},
    {"select that waits with both on one channel", send_on_closed,
     [] { close_under([](const chan<int>& c) { weft::select(on_send(c, 1), on_send(c, 2)); }); }},
    {"selector that waits", send_on_closed,
     [] {
       close_under([](const chan<int>& c) {
         weft::selector s;
         s.on_send(c, 1);
         s.on_recv(chan<int>());
         s.wait();
       });
     }},
    {"coroutine that waits", send_on_closed, [] { close_under([](const chan<int>& c) { send_one(c); }); }},

    {"close twice", close_of_closed, [] { closed(0).close(); }},
    {"close twice, with values", close_of_closed, [] { closed(2, 1).close(); }},
    {"close by channel and by view", close_of_closed, [] { weft::sender<int>(closed(0)).close(); }},
    {"close of null", close_of_nil, [] { chan<int>(nullptr).close(); }},
    {"close of a null view", close_of_nil, [] { weft::sender<int>().close(); }},
};

}  // namespace

int main() { return deaths::check(rows); }
