// SPDX-License-Identifier: Apache-2.0
//
// Deep recursion: on a stack of a chosen size, and on the further segments of ensure_stack. What happens at the end of
// a stack: test/crash/stack_*.cpp.
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>

#include "harness.hpp"
#include "weft/weft.hpp"

namespace {

using weft::chan;
using weft::unit;

constexpr bool instrumented = weft::test::under_address_sanitizer || weft::test::under_thread_sanitizer;
constexpr std::size_t mebibyte = std::size_t{1} << 20;

/// A frame of 3000 bytes, all of it used.
[[gnu::noinline]] std::uint32_t use_a_large_frame(std::uint32_t seed) {
  std::array<volatile std::uint8_t, 3000> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(seed + i);
  std::uint32_t sum = 0;
  for (const volatile std::uint8_t& b : bytes) sum += b;
  return sum;
}

/// At each level: a goroutine, a large frame above the recursion and one below it.
[[gnu::noinline]] int descend(const chan<int>& levels, int depth) {
  std::array<volatile std::uint8_t, 3000> frame;
  frame[0] = static_cast<std::uint8_t>(depth);
  weft::go([=] { levels.send(depth); });
  const std::uint32_t before = use_a_large_frame(static_cast<std::uint32_t>(depth));
  const int below = depth == 0 ? 0 : descend(levels, depth - 1);
  EXPECT_EQ(use_a_large_frame(static_cast<std::uint32_t>(depth)), before);
  return below + (frame[0] == static_cast<std::uint8_t>(depth) ? 1 : 0);
}

constexpr int depth_of_test = instrumented ? 1000 : 8000;

void descend_and_collect(const std::function<void(const chan<int>&, const chan<int>&)>& start) {
  chan<int> levels;
  chan<int> result;
  start(levels, result);
  std::int64_t sum = 0;
  for (int i = 0; i <= depth_of_test; ++i) sum += levels.recv().value();
  EXPECT_EQ(sum, std::int64_t{depth_of_test} * (depth_of_test + 1) / 2);
  EXPECT_EQ(result.recv(), depth_of_test + 1);
}

WEFT_TEST_WITH("S1.1 S3", "a recursion of 8000 levels that starts a goroutine at each fits a stack of its size",
               .seeds = 3) {
  descend_and_collect([](const chan<int>& levels, const chan<int>& result) {
    weft::go({.stack = 128 * mebibyte}, [=] { result.send(descend(levels, depth_of_test)); });
  });
}

[[gnu::noinline]] int descend_by_segments(const chan<int>& levels, int depth) {
  return weft::ensure_stack(32 * 1024, [&] {
    std::array<volatile std::uint8_t, 3000> frame;
    frame[0] = static_cast<std::uint8_t>(depth);
    weft::go([=] { levels.send(depth); });
    const int below = depth == 0 ? 0 : descend_by_segments(levels, depth - 1);
    return below + (frame[0] == static_cast<std::uint8_t>(depth) ? 1 : 0);
  });
}

WEFT_TEST_WITH("S7.1", "with ensure_stack at each level the same recursion fits an ordinary goroutine", .seeds = 3) {
  descend_and_collect([](const chan<int>& levels, const chan<int>& result) {
    weft::go([=] { result.send(descend_by_segments(levels, depth_of_test)); });
  });
}

WEFT_TEST("S1.1", "an ordinary goroutine has room for 200 KiB") {
  struct frame_of {
    [[gnu::noinline]] static std::uint32_t kibibytes(int left) {
      std::array<volatile std::uint8_t, 1000> bytes;
      bytes[0] = static_cast<std::uint8_t>(left);
      return left == 0 ? 0 : kibibytes(left - 1) + bytes[0];
    }
  };
  constexpr int depth = instrumented ? 40 : 180;
  weft::wait_group all;
  for (int i = 0; i < 4; ++i) all.go([] { EXPECT_GT(frame_of::kibibytes(depth), 0u); });
  all.wait();
}

WEFT_TEST("S2", "a stack never moves: what points into it stays right while the goroutine grows and parks") {
  chan<int*> addresses;
  chan<unit> go_on;
  weft::wait_group done;
  done.go([=] {
    int local = 1;
    addresses.send(&local);
    go_on.recv();
    EXPECT_EQ(local, 2);
    EXPECT_GT(use_a_large_frame(1), 0u);
    addresses.send(&local);
  });
  int* const there = addresses.recv().value();
  *there = 2;
  go_on.send({});
  EXPECT_EQ(addresses.recv(), there);
  done.wait();
}

WEFT_TEST("S7.2", "ensure_stack runs its function in place when there is room") {
  std::uintptr_t inner = 0;
  const int local = 0;
  weft::ensure_stack(1024, [&inner] {
    const int deeper = 0;
    inner = reinterpret_cast<std::uintptr_t>(&deeper);
  });
  const auto outer = reinterpret_cast<std::uintptr_t>(&local);
  if (!weft::test::under_address_sanitizer) {
    EXPECT_LT(outer - inner, 64u * 1024);
  }
}

int plain_function() { return 9; }

WEFT_TEST("S7.3", "ensure_stack returns values, references and nothing") {
  int there = 5;
  EXPECT_EQ(weft::ensure_stack(mebibyte, [] { return 7; }), 7);
  int& same = weft::ensure_stack(mebibyte, [&there]() -> int& { return there; });
  EXPECT_EQ(&same, &there);
  weft::ensure_stack(mebibyte, [&there] { there = 6; });
  EXPECT_EQ(there, 6);
  EXPECT_EQ(weft::ensure_stack(mebibyte, plain_function), 9);
  const auto moved = weft::ensure_stack(mebibyte, [] { return std::make_unique<int>(8); });
  EXPECT_EQ(*moved, 8);
  int&& expiring = weft::ensure_stack(mebibyte, [&there]() -> int&& { return std::move(there); });
  EXPECT_EQ(&expiring, &there);
}

WEFT_TEST("S7.4", "exceptions pass through segments, and each may be caught on any of them") {
  struct dive {
    static void down(int depth, int caught_at) {
      weft::ensure_stack(300 * 1024, [=] {
        if (depth == 0) throw std::runtime_error("bottom");
        if (depth != caught_at) return down(depth - 1, caught_at);
        EXPECT_THROW(down(depth - 1, caught_at), std::runtime_error);
        throw std::logic_error("second");
      });
    }
  };
  EXPECT_THROW(dive::down(4, -1), std::runtime_error);
  EXPECT_THROW(dive::down(4, 2), std::logic_error);
  weft::wait_group all;
  for (int i = 0; i < 4; ++i) {
    all.go([] { EXPECT_THROW(dive::down(4, 3), std::logic_error); });
  }
  all.wait();
}

WEFT_TEST("S7.5", "a goroutine parks and is woken on a segment, and its handlers stay its own") {
  chan<int> c;
  weft::wait_group all;
  for (int i = 0; i < 6; ++i) {
    all.go([=] {
      weft::ensure_stack(mebibyte, [=] {
        try {
          throw i;
        } catch (int n) {
          c.send(n);
          weft::yield();
          EXPECT_EQ(n, i);
        }
      });
    });
  }
  int sum = 0;
  for (int i = 0; i < 6; ++i) sum += c.recv().value();
  EXPECT_EQ(sum, 15);
  all.wait();
}

[[gnu::noinline]] std::size_t touch_with_option(std::size_t bytes) {
  std::array<volatile std::uint8_t, 8192> frame;
  frame[0] = 1;
  frame[4096] = 1;
  if (bytes < sizeof frame + 256) return frame[0];
  return touch_with_option(bytes - sizeof frame - 256) + frame[4096];
}

[[gnu::noinline]] std::size_t touch_by_segments(std::size_t bytes) {
  return weft::ensure_stack(64 * 1024, [bytes] {
    std::array<volatile std::uint8_t, 16384> frame;
    for (std::size_t i = 0; i < frame.size(); i += 4096) frame[i] = 1;
    if (bytes < sizeof frame) return std::size_t{frame[0]};
    return touch_by_segments(bytes - sizeof frame) + frame[4096];
  });
}

constexpr std::size_t most = instrumented ? 64 * mebibyte : 1000 * mebibyte;

WEFT_TEST_WITH("S3", "a goroutine with the option recurses through a gibibyte", .seeds = 1, .workers = {2}) {
  chan<std::size_t> out;
  weft::go({.stack = 1024 * mebibyte}, [=] { out.send(touch_with_option(most)); });
  EXPECT_GT(out.recv().value(), most / 8448 - 2);
}

WEFT_TEST_WITH("S7.1", "an ordinary goroutine recurses through a gibibyte by ensure_stack", .seeds = 1,
               .workers = {2}) {
  chan<std::size_t> out;
  weft::go([=] { out.send(touch_by_segments(most)); });
  EXPECT_GT(out.recv().value(), most / 16384 - 2);
}

}  // namespace
