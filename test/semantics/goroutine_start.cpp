// SPDX-License-Identifier: Apache-2.0
//
// What go() does with its function, and what the two sides know of each other.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harness.hpp"
#include "weft/weft.hpp"

namespace {

using weft::chan;
using weft::unit;

/// Counts how many of it exist, not counting those that were moved from.
class counted {
 public:
  static std::atomic<int> alive;

  counted() { ++alive; }
  counted(const counted&) { ++alive; }
  counted(counted&& other) noexcept : counts_(std::exchange(other.counts_, false)) {}
  counted& operator=(const counted&) = delete;
  ~counted() {
    if (counts_) --alive;
  }

 private:
  bool counts_ = true;
};
std::atomic<int> counted::alive{0};

struct throws_when_copied {
  throws_when_copied() = default;
  throws_when_copied(const throws_when_copied&) { throw std::runtime_error("not copied"); }
  void operator()() const {}
};

int the_answer() { return 42; }

struct alignas(64) cache_line {
  std::array<std::uint64_t, 8> words{};
};

WEFT_TEST("G1.1", "go keeps its own copy of the function: the caller's may change or go at once") {
  chan<std::string> said;
  {
    std::string text = "before, and long enough for the heap";
    weft::go([=] { said.send(text); });
    text = "after";
  }
  EXPECT_EQ(said.recv(), "before, and long enough for the heap");
}

WEFT_TEST("G1.1", "arguments are evaluated by the caller, before go returns") {
  chan<int> out;
  int calls = 0;
  const auto next = [&calls] { return ++calls; };
  weft::go([=, a = next(), b = next()] { out.send(10 * a + b); });
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(out.recv(), 12);
}

WEFT_TEST("G1.1", "a function that can only be moved is moved in") {
  chan<int> out;
  weft::go([out, value = std::make_unique<int>(7)] { out.send(*value); });
  EXPECT_EQ(out.recv(), 7);
}

WEFT_TEST("G1.1", "a large function arrives whole") {
  chan<std::uint64_t> out;
  std::array<std::uint64_t, 512> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = i;
  weft::go([=] {
    std::uint64_t sum = 0;
    for (const std::uint64_t n : numbers) sum += n;
    out.send(sum);
  });
  EXPECT_EQ(out.recv(), 512u * 511 / 2);
}

WEFT_TEST("G1.1", "an over-aligned function keeps its alignment") {
  chan<bool> out;
  cache_line line;
  line.words[7] = 7;
  weft::go([=] { out.send(reinterpret_cast<std::uintptr_t>(&line) % alignof(cache_line) == 0 && line.words[7] == 7); });
  EXPECT_EQ(out.recv(), true);
}

WEFT_TEST("G1.1", "when copying the function throws, go throws and starts nothing") {
  const throws_when_copied f;
  const std::size_t before = weft::num_goroutine();
  EXPECT_THROW(weft::go(f), std::runtime_error);
  EXPECT_EQ(weft::num_goroutine(), before);
}

WEFT_TEST("G1.2", "what the caller did before go is seen by the goroutine") {
  weft::wait_group all;
  std::array<int, 50> written{};
  for (std::size_t i = 0; i < written.size(); ++i) {
    written[i] = static_cast<int>(i);
    all.go([&written, i] { EXPECT_EQ(written[i], static_cast<int>(i)); });
  }
  all.wait();
}

WEFT_TEST("G1.3", "go does not wait for the goroutine") {
  chan<unit> gate;
  chan<unit> done;
  weft::go([=] {
    gate.recv();
    done.send({});
  });
  gate.send({});  // would block for ever if go had waited
  done.recv();
}

WEFT_TEST("G1.3", "functions, function pointers and results that nobody wants can be started") {
  chan<unit> done;
  weft::go(the_answer);
  weft::go(&the_answer);
  weft::go([=] {
    done.send({});
    return 42;
  });
  done.recv();
}

WEFT_TEST("G1.3", "a goroutine may start goroutines, to any depth") {
  struct starter {
    static void start(const chan<int>& out, int depth) {
      weft::go([=] {
        if (depth == 0)
          out.send(1);
        else
          start(out, depth - 1);
      });
    }
  };
  chan<int> out;
  starter::start(out, 200);
  EXPECT_EQ(out.recv(), 1);
}

WEFT_TEST("G1.4", "the function is destroyed exactly once, before others learn of the goroutine's end") {
  counted::alive = 0;
  {
    weft::wait_group all;
    for (int i = 0; i < 20; ++i) all.go([c = counted()] { weft::yield(); });
    all.wait();
  }
  EXPECT_EQ(counted::alive.load(), 0);
  {
    weft::wait_group all;
    const std::array<char, 400> padding{};
    for (int i = 0; i < 20; ++i) all.go([c = counted(), padding] { EXPECT_EQ(padding[399], 0); });
    all.wait();
  }
  EXPECT_EQ(counted::alive.load(), 0);
}

WEFT_TEST("G1.4", "the function is destroyed on the goroutine, so its destructor may block") {
  struct sends_at_end {
    chan<int> out;
    bool armed = true;
    explicit sends_at_end(chan<int> c) : out(std::move(c)) {}
    sends_at_end(sends_at_end&& other) noexcept : out(other.out), armed(std::exchange(other.armed, false)) {}
    ~sends_at_end() {
      if (armed) out.send(5);
    }
    void operator()() const {}
  };
  chan<int> out;
  weft::go(sends_at_end(out));
  EXPECT_EQ(out.recv(), 5);
}

WEFT_TEST("G4.1", "main is goroutine 1 and no number is given twice") {
  EXPECT_EQ(weft::detail::id_of(weft::detail::current()), 1u);
  constexpr std::size_t count = 300;
  chan<std::uint64_t> ids(count);
  for (std::size_t i = 0; i < count; ++i) {
    weft::go([=] { ids.send(weft::detail::id_of(weft::detail::current())); });
  }
  std::vector<std::uint64_t> seen;
  for (std::size_t i = 0; i < count; ++i) seen.push_back(ids.recv().value());
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end());
  EXPECT_GT(seen.front(), 1u);
}

WEFT_TEST("G6", "the end of a goroutine lets its number go down, and nothing else tells of it") {
  const std::size_t before = weft::num_goroutine();
  chan<unit> gate;
  for (int i = 0; i < 10; ++i) weft::go([=] { gate.recv(); });
  EXPECT_EQ(weft::num_goroutine(), before + 10);
  gate.close();
  while (weft::num_goroutine() != before) weft::yield();
}

}  // namespace
