// SPDX-License-Identifier: Apache-2.0
//
// Handles: directions, identity, and channels as values. What must not compile is in test/compile_fail as well; here it
// is asked of the types.
#include <concepts>
#include <map>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "styles.hpp"

namespace {

using namespace weft::test;
using weft::chan;
using weft::receiver;
using weft::sender;

template <class H>
concept sends = requires(const H h) {
  h.send(1);
};
template <class H>
concept tries_to_send = requires(const H h) {
  h.try_send(1);
};
template <class H>
concept receives = requires(const H h) {
  h.recv();
};
template <class H>
concept tries_to_receive = requires(const H h) {
  h.try_recv();
};
template <class H>
concept closes = requires(const H h) {
  h.close();
};
template <class H>
concept iterates = requires(const H h) {
  h.begin();
};
template <class H>
concept selects_to_receive = requires(const H h) {
  weft::on_recv(h);
};
template <class H>
concept selects_to_send = requires(const H h) {
  weft::on_send(h, 1);
};

template <class H>
constexpr bool can_send = sends<H>&& tries_to_send<H>&& closes<H>&& selects_to_send<H>;
template <class H>
constexpr bool can_recv = receives<H>&& tries_to_receive<H>&& iterates<H>&& selects_to_receive<H>;
template <class H>
constexpr bool cannot_send = !(sends<H> || tries_to_send<H> || closes<H> || selects_to_send<H>);
template <class H>
constexpr bool cannot_recv = !(receives<H> || tries_to_receive<H> || iterates<H> || selects_to_receive<H>);

WEFT_PLAIN_TEST("C11.1", "a sender cannot receive, a receiver cannot send or close, a channel can do both") {
  static_assert(can_send<chan<int>> && can_recv<chan<int>>);
  static_assert(can_send<sender<int>> && cannot_recv<sender<int>>);
  static_assert(cannot_send<receiver<int>> && can_recv<receiver<int>>);
}

WEFT_PLAIN_TEST("C11.2", "handles convert to narrower ones and never back") {
  static_assert(std::convertible_to<chan<int>, sender<int>> && std::convertible_to<chan<int>, receiver<int>>);
  static_assert(!std::constructible_from<chan<int>, sender<int>>);
  static_assert(!std::constructible_from<chan<int>, receiver<int>>);
  static_assert(!std::constructible_from<sender<int>, receiver<int>>);
  static_assert(!std::constructible_from<receiver<int>, sender<int>>);
  static_assert(!std::constructible_from<sender<long>, chan<int>>);
  static_assert(!std::convertible_to<int, chan<int>>);
  static_assert(std::convertible_to<std::nullptr_t, chan<int>> && std::convertible_to<std::nullptr_t, sender<int>>);
}

WEFT_TEST("C11.3", "the views of a channel are the channel: what one sends another receives") {
  const chan<int> c(2);
  const sender<int> in = c;
  const receiver<int> out = c;
  in.send(1);
  EXPECT_TRUE(in.try_send(2));
  EXPECT_EQ(in.len(), 2u);
  EXPECT_EQ(out.cap(), 2u);
  EXPECT_EQ(out.recv(), 1);
  weft::try_result<int> second = out.try_recv();
  ASSERT_TRUE(second);
  EXPECT_EQ(*second, 2);
  in.close();
  EXPECT_EQ(out.recv(), std::nullopt);
  EXPECT_TRUE(out.try_recv().closed());
}

WEFT_TEST("C11.4", "a view that was not given a channel is null") {
  const sender<int> in;
  const receiver<int> out;
  EXPECT_FALSE(in);
  EXPECT_FALSE(out);
  EXPECT_TRUE(in == nullptr);
  EXPECT_FALSE(in.try_send(1));
  EXPECT_TRUE(out.try_recv().empty());
  EXPECT_EQ(weft::select(weft::on_recv(out), weft::on_send(in, 1), weft::otherwise()), 2u);
}

WEFT_TEST("C12.1", "handles are equal when they name the same channel, whatever their directions") {
  const chan<int> a(1), b(1);
  const chan<int> same = a;
  const sender<int> in = a;
  const receiver<int> out = a;
  EXPECT_TRUE(a == same);
  EXPECT_FALSE(a == b);
  EXPECT_TRUE(a == in);
  EXPECT_TRUE(out == a);
  EXPECT_TRUE(in == out);
  EXPECT_TRUE(b != in);
  EXPECT_TRUE(a != nullptr);
  EXPECT_TRUE(chan<int>(nullptr) == nullptr);
  EXPECT_TRUE(chan<int>(nullptr) == receiver<int>());
}

WEFT_TEST("C12.2", "channels are keys of maps and elements of sets") {
  const chan<int> a, b;
  std::unordered_map<chan<int>, int> numbers{{a, 1}, {b, 2}};
  numbers[a] += 10;
  EXPECT_EQ(numbers.at(a), 11);
  EXPECT_EQ(numbers.at(b), 2);
  EXPECT_EQ(numbers.count(chan<int>()), 0u);
  std::unordered_set<receiver<int>> set{a, b, a};
  EXPECT_EQ(set.size(), 2u);
  EXPECT_EQ(std::hash<sender<int>>()(sender<int>(a)), std::hash<receiver<int>>()(receiver<int>(a)));
}

WEFT_TEST("C12.3", "a channel passes through channels, and an answer comes back on it") {
  struct request {
    int argument;
    sender<int> answer;
  };
  const chan<request> requests;
  weft::go([=] {
    for (const request& r : requests) r.answer.send(r.argument * r.argument);
  });
  for (int i = 0; i < 20; ++i) {
    const chan<int> answer;
    requests.send({i, answer});
    EXPECT_EQ(answer.recv(), i * i);
  }
  requests.close();
}

WEFT_TEST("C12.4", "a channel lives as long as a handle to it, and needs no close") {
  weft::task<int> sum;
  {
    const chan<int> c(3);
    sum = weft::spawn([in = receiver<int>(c)] { return *in.recv() + *in.recv() + *in.recv(); });
    weft::go([out = sender<int>(c)] {
      for (int i = 1; i <= 3; ++i) out.send(i);
    });
  }
  EXPECT_EQ(sum.join(), 6);
  std::vector<chan<int>> forgotten(100);
}

WEFT_TEST("C12.1", "copies and moves of a handle name one channel, and a handle that was moved from is null") {
  chan<int> a(1);
  chan<int> copy = a;
  chan<int> moved = std::move(a);
  EXPECT_TRUE(copy == moved);
  EXPECT_TRUE(a == nullptr);  // NOLINT: that is the test
  copy = chan<int>(5);
  EXPECT_TRUE(copy != moved);
  const chan<int>& alias = moved;
  moved = alias;
  EXPECT_TRUE(moved);
  moved = nullptr;
  EXPECT_FALSE(moved);
}

}  // namespace
