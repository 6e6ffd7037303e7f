// SPDX-License-Identifier: Apache-2.0
//
// What may travel through a channel, and that nothing stays behind.
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "styles.hpp"

namespace {

using namespace weft::test;
using weft::chan;

constexpr int capacities[] = {0, 1, 4};

// Sends ten values made by make(i) in all styles, and has each received one checked by is(value, i).
template <class T, class Make, class Is>
void carry(Make make, Is is) {
  for (const int capacity : capacities) {
    const chan<T> c(capacity);
    weft::go([=] {
      for (int i = 0; i < 10; ++i) send(all_styles[i % 4], c, make(i));
      c.close();
    });
    for (int i = 0; i < 10; ++i) {
      const std::optional<T> received = recv(all_styles[i % 3], c);
      ASSERT_TRUE(received) << i;
      EXPECT_TRUE(is(*received, i)) << i;
    }
    EXPECT_FALSE(c.recv());
  }
}

struct large {
  std::array<int, 4000> numbers;
};

struct alignas(128) aligned {
  int value;
};

struct not_assignable {
  const int value;
};

WEFT_TEST("C1.3", "a channel carries numbers, strings, functions, variants, pointers and other channels") {
  carry<int>([](int i) { return i; }, [](int v, int i) { return v == i; });
  carry<std::string>([](int i) { return std::string(static_cast<std::size_t>(i) * 10, 'a'); },
                     [](const std::string& v, int i) { return v.size() == static_cast<std::size_t>(i) * 10; });
  carry<std::function<int()>>([](int i) { return [i] { return i; }; },
                              [](const std::function<int()>& v, int i) { return v() == i; });
  carry<std::variant<int, std::string>>(
      [](int i) {
        return i % 2 == 0 ? std::variant<int, std::string>(i) : std::variant<int, std::string>(std::to_string(i));
      },
      [](const auto& v, int i) { return v.index() == static_cast<std::size_t>(i % 2); });
  carry<std::optional<int>>([](int i) { return i == 0 ? std::optional<int>() : std::optional<int>(i); },
                            [](std::optional<int> v, int i) { return v.value_or(0) == i; });
  carry<chan<int>>([](int i) { return chan<int>(i); },
                   [](const chan<int>& v, int i) { return v.cap() == static_cast<std::size_t>(i); });
}

WEFT_TEST("C1.3", "a channel carries values that can only be moved, or not be assigned") {
  carry<std::unique_ptr<int>>([](int i) { return std::make_unique<int>(i); },
                              [](const std::unique_ptr<int>& v, int i) { return *v == i; });
  carry<not_assignable>([](int i) { return not_assignable{i}; },
                        [](const not_assignable& v, int i) { return v.value == i; });
}

WEFT_TEST_WITH("C1.3", "a channel carries large and over-aligned values", .seeds = 50) {
  const auto make = [](int i) {
    large value;
    value.numbers.fill(i);
    return value;
  };
  carry<large>(make, [](const large& v, int i) { return v.numbers.front() == i && v.numbers.back() == i; });
  carry<aligned>([](int i) { return aligned{i}; },
                 [](const aligned& v, int i) {
                   return v.value == i && reinterpret_cast<std::uintptr_t>(&v) % alignof(aligned) == 0;
                 });
}

WEFT_TEST("C1.4", "elements of an empty type are counted and take no room") {
  carry<weft::unit>([](int) { return weft::unit{}; }, [](weft::unit, int) { return true; });
  const chan<weft::unit> vast(std::uint64_t{1} << 50);
  EXPECT_EQ(vast.cap(), std::uint64_t{1} << 50);
  for (int i = 0; i < 1000; ++i) vast.send({});
  EXPECT_EQ(vast.len(), 1000u);
  vast.close();
  int received = 0;
  for ([[maybe_unused]] const weft::unit u : vast) ++received;
  EXPECT_EQ(received, 1000);
}

// Counts how many of it exist.
struct counted {
  static inline std::atomic<int> alive = 0;
  counted() { ++alive; }
  counted(const counted&) { ++alive; }
  counted(counted&&) noexcept { ++alive; }
  ~counted() { --alive; }
};

WEFT_TEST("C1.5", "what is left in a channel that nobody holds any more is destroyed with it") {
  counted::alive = 0;
  {
    const chan<counted> c(8);
    for (int i = 0; i < 5; ++i) c.send({});
    static_cast<void>(c.recv());
    c.close();
    EXPECT_EQ(counted::alive, 4);
  }
  EXPECT_EQ(counted::alive, 0);
}

WEFT_TEST("C4.4", "a channel keeps nothing of a value that has been received, refused or handed over") {
  counted::alive = 0;
  for (const int capacity : capacities) {
    const chan<counted> c(capacity);
    for (const style how : all_styles) {
      weft::task<void> sender = weft::spawn([=] { send(how, c, {}); });
      EXPECT_TRUE(recv(how, c));
      sender.join();
      EXPECT_EQ(counted::alive, 0) << capacity << name(how);
      if (try_send(how, c, {})) {
        EXPECT_TRUE(try_recv(how, c));
      }
      EXPECT_EQ(counted::alive, 0) << capacity << name(how);
    }
  }
}

WEFT_TEST("C4.4", "the receiver of a shared value is its only owner") {
  const chan<std::shared_ptr<int>> c(4);
  for (int i = 0; i < 9; ++i) {
    c.send(std::make_shared<int>(i));
    const std::optional<std::shared_ptr<int>> received = c.recv();
    ASSERT_TRUE(received);
    EXPECT_EQ(received->use_count(), 1);
  }
}

}  // namespace
