// SPDX-License-Identifier: Apache-2.0
//
// The selector: a select whose cases are made while the program runs.
#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <queue>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "styles.hpp"

namespace {
struct batch;
}

template <>
inline constexpr bool weft::offer_copies<batch> = false;

namespace {

using namespace weft::test;
using weft::chan;
using weft::selector;

WEFT_TEST("L10.3", "a selector merges a number of channels that is known only at run time") {
  for (const int producers : {1, 2, 17, 60}) {
    selector s;
    int count = 0, sum = 0;
    for (int p = 0; p < producers; ++p) {
      const chan<int> c(p % 3);
      weft::go([=] {
        for (int i = 1; i <= 5; ++i) c.send(i);
      });
      s.on_recv(c, [&](std::optional<int> v) {
        ++count;
        sum += *v;
      });
    }
    while (count < 5 * producers) s.wait();
    EXPECT_EQ(sum, 15 * producers);
  }
}

WEFT_TEST("L10.3", "wait returns the index of its case in the order of adding, with otherwise among them") {
  const chan<int> a(1), b(1);
  selector s;
  s.on_recv(a);
  s.otherwise();
  s.on_recv(b);
  EXPECT_EQ(s.size(), 3u);
  EXPECT_EQ(s.wait(), 1u);
  b.send(1);
  EXPECT_EQ(s.wait(), 2u);
  a.send(1);
  EXPECT_EQ(s.wait(), 0u);
  EXPECT_EQ(s.wait(), 1u);
}

WEFT_TEST("L10.4", "a value that can be copied is offered by each wait, one that can only be moved until it is sent") {
  const chan<std::string> copies(3);
  selector s;
  s.on_send(copies, "again");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(s.wait(), 0u);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(copies.recv(), "again");

  const chan<std::unique_ptr<int>> moves(2);
  const chan<int> never;
  selector m;
  m.on_recv(never);
  m.on_send(moves, std::make_unique<int>(5));
  m.otherwise();
  EXPECT_EQ(m.wait(), 1u);
  EXPECT_EQ(m.wait(), 2u);
  EXPECT_EQ(moves.len(), 1u);
  EXPECT_EQ(**moves.recv(), 5);
}

WEFT_TEST("L10.4", "a container of what can only be moved is offered until it is sent") {
  using boxes = std::vector<std::unique_ptr<int>>;
  static_assert(!weft::offer_copies<boxes> && !weft::offer_copies<std::pair<int, boxes>>);
  static_assert(!weft::offer_copies<std::optional<std::list<boxes>>> && !weft::offer_copies<std::queue<boxes>>);
  static_assert(!weft::offer_copies<std::map<int, std::unique_ptr<int>>>);
  static_assert(weft::offer_copies<std::string> && weft::offer_copies<std::vector<std::map<int, std::string>>>);
  static_assert(weft::offer_copies<chan<std::unique_ptr<int>>>);
  const chan<boxes> c(2);
  boxes some;
  some.push_back(std::make_unique<int>(3));
  selector s;
  s.on_send(c, std::move(some));
  s.otherwise();
  EXPECT_EQ(s.wait(), 0u);
  EXPECT_EQ(s.wait(), 1u);
  EXPECT_EQ(*c.recv()->at(0), 3);
}

struct batch {
  std::vector<std::unique_ptr<int>> boxes;
};

WEFT_TEST("L10.4", "a type whose copy constructor does not compile is offered by moving if it says so") {
  const chan<batch> c(1);
  selector s;
  s.on_send(c, batch());
  EXPECT_EQ(s.wait(), 0u);
  EXPECT_TRUE(c.recv()->boxes.empty());
}

WEFT_TEST("L10.4", "a value that can only be moved and is not chosen is offered again") {
  const chan<std::unique_ptr<int>> full(1);
  full.send(std::make_unique<int>(1));
  selector s;
  s.on_send(full, std::make_unique<int>(2));
  s.otherwise();
  EXPECT_EQ(s.wait(), 1u);
  EXPECT_EQ(**full.recv(), 1);
  EXPECT_EQ(s.wait(), 0u);
  EXPECT_EQ(**full.recv(), 2);
}

WEFT_TEST("L10.5", "a handler may add cases, and clear starts anew") {
  const chan<int> numbers(10);
  selector s;
  std::vector<int> seen;
  s.on_recv(numbers, [&](std::optional<int> v) {
    seen.push_back(*v);
    const chan<int> one(1);
    one.send(100 + *v);
    if (*v < 3) s.on_recv(one, [&](std::optional<int> w) { seen.push_back(*w); });
  });
  for (int i = 0; i < 5; ++i) numbers.send(i);
  for (int i = 0; i < 8; ++i) s.wait();
  EXPECT_EQ(s.size(), 4u);
  EXPECT_EQ(std::accumulate(seen.begin(), seen.end(), 0), 0 + 1 + 2 + 3 + 4 + 100 + 101 + 102);

  s.clear();
  EXPECT_EQ(s.size(), 0u);
  s.otherwise();
  EXPECT_EQ(s.wait(), 0u);
}

WEFT_TEST("L10.5", "a handler may wait on its own selector, and keeps what it was given") {
  const chan<std::string> c(3);
  for (const char* const text : {"one", "two", "three"}) c.send(text);
  selector s;
  std::vector<std::string> seen;
  s.on_recv(c, [&](std::optional<std::string>&& v) {
    if (c.len() != 0) s.wait();
    seen.push_back(*v);
  });
  s.wait();
  EXPECT_EQ(seen, (std::vector<std::string>{"three", "two", "one"}));
}

WEFT_TEST("L10.5", "a selector keeps nothing of what it has received or offered in vain") {
  const auto token = std::make_shared<int>(1);
  const chan<std::shared_ptr<int>> full(1), in(2), other(1);
  full.send(nullptr);
  in.send(token);
  in.send(token);
  selector s;
  s.on_recv(in);
  s.on_recv(in, [](const std::optional<std::shared_ptr<int>>& v) { EXPECT_TRUE(v && *v); });
  s.wait();
  s.wait();
  EXPECT_EQ(token.use_count(), 1);

  s.clear();
  s.on_send(full, token);
  s.on_send(other, token);
  EXPECT_EQ(s.wait(), 1u);
  EXPECT_EQ(token.use_count(), 4);  // this one, the selector's two, the one that was sent
}

WEFT_TEST("L10.8", "a selector that was moved from is as new, and the other goes on in its place") {
  const chan<int> c(1);
  selector first;
  first.otherwise();
  first.on_recv(c);
  selector second = std::move(first);
  EXPECT_EQ(second.size(), 2u);
  EXPECT_EQ(second.wait(), 0u);
  EXPECT_EQ(first.size(), 0u);
  first.on_recv(c, [](std::optional<int> v) { EXPECT_EQ(v, 7); });
  weft::go([=] { c.send(7); });
  EXPECT_EQ(first.wait(), 0u);  // waits: otherwise has gone with the others
  second = std::move(first);
  c.send(7);
  EXPECT_EQ(second.wait(), 0u);
  first.otherwise();
  EXPECT_EQ(first.wait(), 0u);
}

WEFT_TEST("L10.8", "a case that cannot be added, because its handler cannot be copied, leaves the selector as it was") {
  struct uncopied {
    uncopied() = default;
    uncopied(const uncopied&) { throw std::runtime_error("no copy"); }
    void operator()() const {}
  };
  const chan<int> c;
  selector s;
  const uncopied handler;
  EXPECT_THROW(s.otherwise(handler), std::runtime_error);
  EXPECT_EQ(s.size(), 0u);
  s.on_recv(c, [](std::optional<int> v) { EXPECT_EQ(v, 7); });
  weft::go([=] { c.send(7); });
  EXPECT_EQ(s.wait(), 0u);
  s.otherwise();
  EXPECT_EQ(s.wait(), 1u);
}

WEFT_TEST("L10.5", "a selector keeps its channels alive") {
  selector s;
  {
    const chan<int> c(1);
    c.send(9);
    s.on_recv(weft::receiver<int>(c), [](std::optional<int> v) { EXPECT_EQ(v, 9); });
  }
  EXPECT_EQ(s.wait(), 0u);
}

WEFT_TEST_WITH("L10.3", "a selector waits on thousands of channels at once", .seeds = 5) {
  const int cases = scaled(20'000);
  selector s;
  std::vector<chan<int>> c(static_cast<std::size_t>(cases));
  for (const chan<int>& each : c) s.on_recv(each, [](std::optional<int> v) { EXPECT_EQ(v, 1); });
  for (const int chosen : {0, cases / 2, cases - 1}) {
    weft::go([target = c[static_cast<std::size_t>(chosen)]] { target.send(1); });
    EXPECT_EQ(s.wait(), static_cast<std::size_t>(chosen));
  }
}

WEFT_TEST_WITH("L5.1", "a selector without cases waits for ever", .drain = false) {
  EXPECT_TRUE(pending([] { selector().wait(); }).waits());
}

// Two plain parties, two selects, two selectors and all mixtures of them, as sender and receiver.
WEFT_TEST("L9.1", "a select with one case means the plain operation, with otherwise the one that does not wait") {
  const chan<int> c;
  for (const style sends : all_styles) {
    for (const style receives : all_styles) {
      EXPECT_TRUE(try_recv(receives, c).empty());
      EXPECT_FALSE(try_send(sends, c, 1));
      weft::task<std::optional<int>> receiver = weft::spawn([=] { return recv(receives, c); });
      settle();
      EXPECT_TRUE(try_send(sends, c, 2));
      EXPECT_EQ(receiver.join(), 2);
      weft::task<void> sender = weft::spawn([=] { send(sends, c, 3); });
      settle();
      weft::try_result<int> received = try_recv(receives, c);
      ASSERT_TRUE(received) << name(sends) << name(receives);
      EXPECT_EQ(*received, 3);
    }
  }
}

}  // namespace
