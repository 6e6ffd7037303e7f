// SPDX-License-Identifier: Apache-2.0
//
// Operations that never block. What they report must have been true at one instant during the call.
#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "styles.hpp"

namespace {

using namespace weft::test;
using weft::chan;

template <class T>
void walk_through_states(T (*make)(), bool (*equal)(const T&, const T&)) {
  for (const style how : all_styles) {
    const chan<T> unbuffered;
    EXPECT_TRUE(try_recv(how, unbuffered).empty()) << name(how);
    EXPECT_FALSE(try_send(how, unbuffered, make())) << name(how);

    weft::go([=] { unbuffered.send(make()); });
    settle();
    weft::try_result<T> met = try_recv(how, unbuffered);
    ASSERT_TRUE(met) << name(how);
    EXPECT_TRUE(equal(*met, make())) << name(how);

    weft::go([=] { EXPECT_TRUE(equal(*unbuffered.recv(), make())); });
    settle();
    EXPECT_TRUE(try_send(how, unbuffered, make())) << name(how);

    const chan<T> buffered(1);
    EXPECT_TRUE(try_recv(how, buffered).empty()) << name(how);
    EXPECT_TRUE(try_send(how, buffered, make())) << name(how);
    EXPECT_FALSE(try_send(how, buffered, make())) << name(how);
    weft::try_result<T> kept = try_recv(how, buffered);
    ASSERT_TRUE(kept) << name(how);
    EXPECT_TRUE(equal(*kept, make())) << name(how);
    EXPECT_TRUE(try_recv(how, buffered).empty()) << name(how);
  }
}

template <class T>
bool same(const T& a, const T& b) {
  return a == b;
}

bool same_content(const std::unique_ptr<int>& a, const std::unique_ptr<int>& b) { return *a == *b; }

WEFT_TEST("C8.1", "try_send and try_recv succeed if and only if a peer or room or a value is there, for every type") {
  walk_through_states<std::int8_t>([] { return std::int8_t{-3}; }, same);
  walk_through_states<bool>([] { return true; }, same);
  walk_through_states<double>([] { return 0.5; }, same);
  walk_through_states<std::uint64_t>([] { return ~std::uint64_t{0}; }, same);
  walk_through_states<std::string>([] { return std::string(40, 'x'); }, same);
  walk_through_states<std::array<int, 100>>([] { return std::array<int, 100>{1, 2, 3}; }, same);
  walk_through_states<weft::unit>([] { return weft::unit{}; }, same);
  walk_through_states<std::unique_ptr<int>>([] { return std::make_unique<int>(5); }, same_content);
}

WEFT_TEST("C8.1", "try_recv tells a value, an empty channel and a closed one apart") {
  using state = weft::try_result<int>::state;
  const chan<int> c(1);
  EXPECT_EQ(c.try_recv().what(), state::empty);
  c.send(0);
  weft::try_result<int> zero = c.try_recv();
  EXPECT_EQ(zero.what(), state::value);
  EXPECT_EQ(zero.value(), 0);
  c.close();
  EXPECT_EQ(c.try_recv().what(), state::closed);
}

WEFT_TEST("C8.1", "what try_recv returns can be read as a constant, and moved from") {
  const chan<std::string> c(1);
  c.send("text");
  const auto kept = c.try_recv();
  EXPECT_EQ(*kept, "text");
  EXPECT_EQ(kept->size(), 4u);
  EXPECT_EQ(kept.value(), "text");
  c.send("more");
  const std::optional<std::string> moved = c.try_recv().value();
  EXPECT_EQ(moved, "more");
  EXPECT_EQ(c.try_recv().value(), std::nullopt);
}

WEFT_TEST_WITH("C8.2", "a receive that races with close sees the value or the close, never an empty channel",
               .seeds = 4) {
  const int rounds = scaled(10'000);
  const chan<bool> sees_empty;
  for (int i = 0; i < rounds; ++i) {
    const chan<int> c(1);
    c.send(1);
    weft::go([=] { sees_empty.send(try_recv(all_styles[i % 4], c).empty()); });
    c.close();
    ASSERT_EQ(sees_empty.recv(), false) << "round " << i;
  }
}

WEFT_TEST_WITH("C8.2", "of two receives that race with close one sees the value, and neither an empty channel",
               .seeds = 4) {
  using state = weft::try_result<int>::state;
  const chan<state> seen;
  for (int i = 0; i < scaled(5'000); ++i) {
    const chan<int> c(1);
    c.send(1);
    for (int receiver = 0; receiver < 2; ++receiver) {
      // The second look comes after the first has found the value, or the close: the channel can only be closed then.
      weft::go([=] {
        state found = c.try_recv().what();
        if (found == state::empty) found = c.recv() ? state::value : state::closed;
        seen.send(found);
      });
    }
    c.close();
    const state first = *seen.recv(), second = *seen.recv();
    ASSERT_TRUE((first == state::value) != (second == state::value)) << "round " << i;
  }
}

WEFT_TEST_WITH("C8.2", "a send that races with a receive from a full channel is refused or gets the room",
               .seeds = 20) {
  for (int i = 0; i < scaled(500); ++i) {
    const chan<int> c(1);
    c.send(1);
    weft::task<bool> sent = weft::spawn([=] { return c.try_send(2); });
    EXPECT_EQ(c.recv(), 1);
    const bool second = sent.join();
    EXPECT_EQ(c.len(), second ? 1u : 0u);
  }
}

WEFT_TEST("C8.3", "a value that try_send refuses is dropped, and one that it accepts is gone from the caller") {
  const chan<std::shared_ptr<int>> c(1);
  auto value = std::make_shared<int>(1);
  EXPECT_TRUE(c.try_send(value));
  EXPECT_EQ(value.use_count(), 2);
  EXPECT_FALSE(c.try_send(value));
  EXPECT_EQ(value.use_count(), 2);
  EXPECT_TRUE(c.recv());
  EXPECT_EQ(value.use_count(), 1);
}

}  // namespace
