// SPDX-License-Identifier: Apache-2.0
//
// The arena and mapped stacks. White-box: the engines' guarantees about memory rest on these.
#include "os/stack.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "base/random.hpp"
#include "harness.hpp"
#include "idle_stacks.hpp"
#include "memory_use.hpp"
#include "os/fault.hpp"
#include "os/fiber_annotations.hpp"

namespace weft::test {
namespace {

using namespace weft::detail;

constexpr bool instrumented = asan_on || tsan_on;

std::vector<stack> take_many(std::size_t n) {
  std::vector<stack> taken(n);
  taken.resize(take_stacks(taken.data(), n));
  return taken;
}

void touch(const stack& s) { s.top[-64] = std::byte{1}; }

WEFT_PLAIN_TEST("O4", "a stack is aligned and nearly a stride large, and has a guard below it") {
  const stack s = take_stack();
  ASSERT_NE(s.top, nullptr);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(s.top) % 16, 0u);
  EXPECT_GE(s.size, stack_stride - 32 * 1024 - 4096);
  std::memset(s.low(), 1, s.size);
  EXPECT_EQ(stack_guarded_at(s.low() - 1).top, s.top);
  EXPECT_EQ(stack_guarded_at(s.low()).top, nullptr);
  EXPECT_EQ(stack_guarded_at(s.top - 1).top, nullptr);
  EXPECT_EQ(stack_guarded_at(&s).top, nullptr);
  give_stack(s);
}

WEFT_PLAIN_TEST("O4", "the stack given back last is the next one taken") {
  const stack a = take_stack();
  const stack b = take_stack();
  give_stack(a);
  give_stack(b);
  EXPECT_EQ(take_stack().top, b.top);
  EXPECT_EQ(take_stack().top, a.top);
  give_stack(a);
  give_stack(b);
}

WEFT_PLAIN_TEST("O4", "stacks that are in use do not overlap, and are counted") {
  const std::size_t before = stacks_in_use();
  std::vector<stack> taken = take_many(1000);
  ASSERT_EQ(taken.size(), 1000u);
  EXPECT_EQ(stacks_in_use(), before + 1000);
  std::sort(taken.begin(), taken.end(), [](const stack& a, const stack& b) { return a.top < b.top; });
  for (std::size_t i = 1; i < taken.size(); ++i) ASSERT_GT(taken[i].low(), taken[i - 1].top);
  give_stacks(taken.data(), taken.size());
  EXPECT_EQ(stacks_in_use(), before);
}

WEFT_PLAIN_TEST("O4", "threads that take and give at once never get the same stack") {
  constexpr int threads = 4;
  constexpr int rounds = 2000;
  const std::uint64_t seed = entropy();
  std::vector<std::thread> all;
  for (int t = 0; t < threads; ++t) {
    all.emplace_back([t, seed] {
      random_source random(seed + static_cast<std::uint64_t>(t));
      std::vector<stack> mine;
      for (int round = 0; round < rounds; ++round) {
        if (random.below(2) == 0 || mine.empty()) {
          mine.push_back(take_stack());
          std::memset(mine.back().top - 64, t, 64);
        } else {
          const stack s = mine.back();
          mine.pop_back();
          for (int i = 1; i <= 64; ++i) ASSERT_EQ(s.top[-i], std::byte(t)) << "seed " << seed;
          give_stack(s);
        }
      }
      give_stacks(mine.data(), mine.size());
    });
  }
  for (std::thread& t : all) t.join();
}

/// Kernels before Linux 6.13 have no markers, and mappings cost more.
bool has_markers() { return stack_report().best == guard_kind::marker; }

/// Takes and touches n stacks; the bytes per stack that they cost, page tables included.
void expect_cost(std::size_t n, std::size_t most_bytes) {
  const std::size_t memory = memory_status("VmRSS:") + memory_status("VmPTE:");
  const std::size_t maps = mappings();
  std::vector<stack> taken = take_many(n);
  ASSERT_EQ(taken.size(), n);
  for (const stack& s : taken) touch(s);
  const std::size_t each = (memory_status("VmRSS:") + memory_status("VmPTE:") - memory) / n;
  EXPECT_LE(each, most_bytes);
  EXPECT_LE(mappings(), maps + n / 1000 + 10);
  EXPECT_EQ(stack_report().without_guard, 0u);
  give_stacks(taken.data(), taken.size());
  trim_stacks(0);
}

WEFT_PLAIN_TEST("O4", "a stack of which little is used costs a page and 513 bytes of page table") {
  if (instrumented || !has_markers()) return;
  expect_cost(100'000, 4096 + 600);
}

WEFT_PLAIN_TEST("O4", "a million stacks exist at once (with WEFT_MILLION set)") {
  if (std::getenv("WEFT_MILLION") == nullptr || instrumented || !has_markers()) return;
  expect_cost(1'000'000, 4096 + 600);
}

WEFT_PLAIN_TEST("O4", "trimming gives the memory of idle stacks back and keeps those used last") {
  if (instrumented) return;
  trim_stacks(0);
  std::vector<stack> taken = take_many(5000);
  ASSERT_EQ(taken.size(), 5000u);
  for (const stack& s : taken) touch(s);
  const std::size_t full = memory_status("VmRSS:");
  give_stacks(taken.data(), taken.size());
  trim_stacks(10);
  EXPECT_EQ(stack_report().idle, 10u);
  EXPECT_LT(memory_status("VmRSS:") + 4900 * 4096, full + 400 * 4096);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(take_stack().top, taken[4999 - i].top);
  EXPECT_EQ(taken[4999].top[-64], std::byte{1});
  const stack trimmed = take_stack();
  EXPECT_EQ(trimmed.top[-64], std::byte{0});
  EXPECT_EQ(stack_guarded_at(trimmed.low() - 1).top, trimmed.top);
  give_stack(trimmed);
  give_stacks(taken.data() + 4990, 10);
}

WEFT_PLAIN_TEST("O4", "a stack of any size up to 1 GiB can be mapped, and nothing larger") {
  for (const std::size_t size : {std::size_t{1}, std::size_t{100'000}, std::size_t{64} << 20, largest_stack}) {
    const stack s = map_stack(size);
    ASSERT_NE(s.top, nullptr);
    EXPECT_GE(s.size, size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(s.top) % 16, 0u);
    s.top[-1] = *s.low() = std::byte{1};
    EXPECT_EQ(stack_guarded_at(s.low() - 1).top, s.top);
    unmap_stack(s);
  }
  errno = 0;
  EXPECT_EQ(map_stack(largest_stack + 1).top, nullptr);
  EXPECT_EQ(errno, EINVAL);
}

WEFT_PLAIN_TEST("O4", "when memory is refused, taking a stack fails with errno and works again later") {
  const std::vector<stack> idle = take_idle_stacks();
  set_fault(fault::stack, 2);
  stack some[5];
  errno = 0;
  EXPECT_EQ(take_stacks(some, 5), 2u);
  EXPECT_EQ(errno, ENOMEM);
  EXPECT_EQ(take_stack().top, nullptr);
  EXPECT_EQ(map_stack(1).top, nullptr);
  set_fault(fault::stack, -1);
  EXPECT_EQ(take_stacks(some + 2, 3), 3u);
  give_stacks(some, 5);
  give_stacks(idle.data(), idle.size());
}

/// Limits address space and takes stacks until there are no more.
void exhaust_address_space() {
  rlimit limit{std::size_t{400} << 20, std::size_t{400} << 20};
  setrlimit(RLIMIT_AS, &limit);
  rlimit applied{};
  getrlimit(RLIMIT_AS, &applied);
  if (applied.rlim_cur != limit.rlim_cur) std::exit(0);  // qemu-user ignores it
  std::size_t count = 0;
  for (stack s; (s = take_stack()).top != nullptr; ++count) touch(s);
  std::exit(errno == ENOMEM && count > 500 ? 0 : 1);
}

WEFT_PLAIN_TEST("O4", "a limit on address space is used up to the last stack and then reported") {
  if (instrumented) return;
  EXPECT_EXIT(exhaust_address_space(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace weft::test
