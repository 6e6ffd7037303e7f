// SPDX-License-Identifier: Apache-2.0
//
// Guards of each kind. A kind once given up does not come back, so each test runs in a process of its own.
#include "os/guard.hpp"

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "harness.hpp"
#include "idle_stacks.hpp"
#include "memory_use.hpp"
#include "os/fiber_annotations.hpp"
#include "os/stack.hpp"

namespace weft::test {
namespace {

using namespace weft::detail;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::_Exit(1);
}

/// Stacks that have never been used.
std::vector<stack> fresh_stacks(std::size_t n) {
  take_idle_stacks();
  std::vector<stack> fresh(n);
  require(take_stacks(fresh.data(), n) == n, "there is memory");
  return fresh;
}

void use_mapping_guards() {
  limit_guards(guard_kind::mapping);
  const std::vector<stack> taken = fresh_stacks(100'000);
  const stack_summary report = stack_report();
  require(report.best == guard_kind::canary, "the budget of mappings is used up");
  require(report.without_guard > 0, "the report says how many have no guard");
  require(mappings() < 50'000, "no more than the budget is used");
  std::vector<stack> mapped;
  for (int i = 0; i < 100; ++i) mapped.push_back(map_stack(65536));
  for (const stack& s : mapped) require(s.top != nullptr, "mapped stacks can still be had");
  std::_Exit(0);
}

WEFT_PLAIN_TEST("O5", "without guard markers some stacks get a page without access rights, the others a canary") {
  EXPECT_EXIT(use_mapping_guards(), ::testing::ExitedWithCode(0), "");
}

void write_into_mapping_guard() {
  limit_guards(guard_kind::mapping);
  const stack s = map_stack(65536);
  require(stack_guarded_at(s.low() - 1).top == s.top, "the guard is known");
  s.low()[-1] = std::byte{1};
}

WEFT_PLAIN_TEST("O5", "writing into a guard of either true kind is a fault") {
  EXPECT_DEATH(write_into_mapping_guard(), "");
  EXPECT_DEATH(*const_cast<volatile std::byte*>(take_stack().low() - 1) = std::byte{1}, "");
}

void overflow_without_guard() {
  limit_guards(guard_kind::canary);
  const stack s = fresh_stacks(1)[0];
  s.low()[-100] = std::byte{1};
  give_stack(s);
}

void overflow_mapped_without_guard() {
  limit_guards(guard_kind::canary);
  const stack s = map_stack(65536);
  s.low()[-100] = std::byte{1};
  unmap_stack(s);
}

WEFT_PLAIN_TEST("O5", "an overflow of a stack without a true guard is found when the stack is given back") {
  EXPECT_EXIT(overflow_without_guard(), ::testing::ExitedWithCode(2), "fatal error: stack overflow");
  EXPECT_EXIT(overflow_mapped_without_guard(), ::testing::ExitedWithCode(2), "fatal error: stack overflow");
}

void reuse_without_guard() {
  limit_guards(guard_kind::canary);
  const std::vector<stack> taken = fresh_stacks(1000);
  const std::size_t before = memory_status("VmRSS:");
  give_stacks(taken.data(), taken.size());
  require(memory_status("VmRSS:") < before + 1000 * 1024, "looking at a canary takes no memory");
  std::_Exit(0);
}

WEFT_PLAIN_TEST("O5", "a canary costs no memory") {
  if (asan_on || tsan_on) return;
  EXPECT_EXIT(reuse_without_guard(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace weft::test
