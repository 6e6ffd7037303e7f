// SPDX-License-Identifier: Apache-2.0
//
// Which selects wait, which go on and with which case: a table over null, empty, full, ready and closed channels. The
// rows that panic are in test/crash/select_panics.cpp.
#include <functional>
#include <string>

#include "styles.hpp"

namespace {

using namespace weft::test;
using weft::chan;
using weft::on_recv;
using weft::on_send;
using weft::otherwise;
using weft::select;

constexpr std::size_t waits = ~std::size_t{0};

// A row: what happens, and the select (or plain operation), which returns the index of its case.
struct row {
  const char* what;
  std::size_t chosen;  // or waits
  std::function<std::size_t()> call;
};

chan<int> null() { return nullptr; }
chan<int> empty(int capacity) { return chan<int>(capacity); }
chan<int> holding(int capacity, int count) {
  chan<int> c(capacity);
  for (int i = 0; i < count; ++i) c.send(i);
  return c;
}
chan<int> closed(int capacity, int count) {
  chan<int> c = holding(capacity, count);
  c.close();
  return c;
}

// Runs the call in a goroutine of its own. Those that wait are left behind.
void check(const row& r) {
  struct outcome {
    std::atomic<std::size_t> chosen = waits;
  };
  const auto result = std::make_shared<outcome>();
  weft::go([call = r.call, result] { result->chosen = call(); });
  settle();
  EXPECT_EQ(result->chosen, r.chosen) << r.what;
}

WEFT_TEST_WITH("L5.1 L5.2", "a select goes on exactly if a case is ready, and null channels never are",
               .drain = false) {
  const row rows[] = {
      {"null receive", waits, [] { return select(on_recv(null())); }},
      {"null send", waits, [] { return select(on_send(null(), 1)); }},
      {"all null", waits, [] { return select(on_recv(null()), on_send(null(), 1), on_recv(null())); }},
      {"no cases", waits, [] { return select(); }},
      {"all null, otherwise", 1, [] { return select(on_recv(null()), otherwise(), on_send(null(), 1)); }},
      {"only otherwise", 0, [] { return select(otherwise()); }},

      {"empty receive, unbuffered", waits, [] { return select(on_recv(empty(0)), on_recv(null())); }},
      {"empty receive, buffered", waits, [] { return select(on_recv(empty(5)), on_recv(null())); }},
      {"send without receiver", waits, [] { return select(on_send(empty(0), 1), on_recv(null())); }},
      {"send without room", waits, [] { return select(on_send(holding(2, 2), 1), on_recv(null())); }},
      {"one of each kind", waits, [] { return select(on_recv(empty(1)), on_send(holding(1, 1), 1), on_recv(null())); }},
      {"the same with otherwise", 3,
       [] { return select(on_recv(empty(1)), on_send(holding(1, 1), 1), on_recv(null()), otherwise()); }},

      {"receive of a value", 1, [] { return select(on_recv(empty(0)), on_recv(holding(3, 1)), on_send(null(), 1)); }},
      {"send into room", 2, [] { return select(on_recv(null()), on_recv(empty(0)), on_send(empty(1), 1)); }},
      {"a ready case goes before otherwise", 1, [] { return select(otherwise(), on_recv(holding(1, 1))); }},
      {"receive from closed, unbuffered", 1, [] { return select(on_recv(empty(0)), on_recv(closed(0, 0))); }},
      {"receive from closed, buffered", 1, [] { return select(on_recv(empty(0)), on_recv(closed(4, 0))); }},
      {"receive from closed with values", 0, [] { return select(on_recv(closed(4, 2)), on_send(empty(0), 1)); }},
      {"receive from closed, otherwise", 0, [] { return select(on_recv(closed(0, 0)), otherwise()); }},
      {"receive from closed alone", 0, [] { return select(on_recv(closed(0, 0))); }},
  };
  for (const row& r : rows) check(r);
}

WEFT_TEST_WITH("L5.1 L5.2", "the plain operations wait and go on in the same states as selects", .drain = false) {
  const row rows[] = {
      {"receive, null", waits, [] { return null().recv() ? 1 : 0; }},
      {"receive, empty", waits, [] { return empty(3).recv() ? 1 : 0; }},
      {"receive, value", 1, [] { return holding(3, 1).recv() ? 1 : 0; }},
      {"receive, closed", 0, [] { return closed(0, 0).recv() ? 1 : 0; }},
      {"receive, closed with value", 1, [] { return closed(1, 1).recv() ? 1 : 0; }},
      {"send, null", waits, [] { return null().send(1), 0; }},
      {"send, nobody receives", waits, [] { return empty(0).send(1), 0; }},
      {"send, full", waits, [] { return holding(2, 2).send(1), 0; }},
      {"send, room", 0, [] { return holding(2, 1).send(1), 0; }},
      {"try_send, full", 0, [] { return holding(1, 1).try_send(1) ? 1 : 0; }},
      {"try_recv, empty", 0, [] { return empty(1).try_recv() ? 1 : 0; }},
  };
  for (const row& r : rows) check(r);
}

WEFT_TEST("L4.1", "a select that waits is completed by whichever channel becomes ready first") {
  for (int first = 0; first < 4; ++first) {
    const chan<int> c[2], d[2];
    weft::task<std::size_t> waiting =
        weft::spawn([=] { return select(on_recv(c[0]), on_send(d[0], 1), on_recv(c[1]), on_send(d[1], 1)); });
    settle();
    const chan<int>& chosen = first % 2 == 0 ? c[first / 2] : d[first / 2];
    if (first % 2 == 0) {
      EXPECT_TRUE(chosen.try_send(7));
    } else {
      EXPECT_TRUE(chosen.try_recv());
    }
    EXPECT_EQ(waiting.join(), static_cast<std::size_t>(first));
  }
}

WEFT_TEST("L5.3", "setting a channel to null switches its case off") {
  chan<int> a(10), b(10);
  for (int i = 0; i < 10; ++i) {
    a.send(1);
    b.send(2);
  }
  a.close();
  b.close();
  int sum = 0;
  while (a || b) {
    select(on_recv(a,
                   [&](std::optional<int> v) {
                     if (!v) a = nullptr;
                     sum += v.value_or(0);
                   }),
           on_recv(b, [&](std::optional<int> v) {
             if (!v) b = nullptr;
             sum += v.value_or(0);
           }));
  }
  EXPECT_EQ(sum, 30);
}

WEFT_TEST("L10.1", "a select returns the place of its case among all arguments, and runs that handler only") {
  const chan<int> ready(1), never;
  std::string ran;
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(select(on_recv(never, [&] { ran += 'x'; }), otherwise([&] { ran += 'o'; })), 1u);
    EXPECT_EQ(select(on_recv(never, [&] { ran += 'x'; }), on_send(ready, 5, [&] { ran += 's'; }),
                     otherwise([&] { ran += 'o'; })),
              1u);
    EXPECT_EQ(select(otherwise([&] { ran += 'o'; }), on_recv(never, [&] { ran += 'x'; }),
                     on_recv(ready, [&](std::optional<int> v) { ran += v == 5 ? 'r' : '?'; })),
              2u);
  }
  EXPECT_EQ(ran, "osrosrosr");
}

WEFT_TEST("L10.2", "a handler may use the channels of its select, also close them and select again") {
  const chan<int> c(2);
  c.send(1);
  int seen = 0;
  select(on_recv(c,
                 [&](std::optional<int> v) {
                   c.send(*v + 1);
                   select(on_recv(c, [&](std::optional<int> w) { seen = *w; }), otherwise());
                   c.close();
                 }),
         on_recv(chan<int>(nullptr)));
  EXPECT_EQ(seen, 2);
  EXPECT_TRUE(c.try_recv().closed());
}

}  // namespace
