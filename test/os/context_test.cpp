// SPDX-License-Identifier: Apache-2.0
//
// The jump itself: two contexts, no fibers, no sanitizer announcements (so these bodies keep to plain values).
#include "os/context.hpp"

#include <cstdint>
#include <cstring>

#include "harness.hpp"
#include "os/fiber_annotations.hpp"
#include "os/stack.hpp"

namespace weft::test {
namespace {

using detail::cpu_context;
using detail::make_context;
using detail::stack;
using detail::switch_context;

// The sanitizers know nothing of these switches, so the tests are skipped under them: fiber_test has the same with
// announcements.
constexpr bool announced_only = detail::asan_on || detail::tsan_on;

cpu_context home;
cpu_context away;

[[gnu::noinline, gnu::noipa]] void* leave_for(cpu_context& from, cpu_context& to, void* message) {
  return switch_context(from, to, message);
}

std::uintptr_t number(void* message) { return reinterpret_cast<std::uintptr_t>(message); }
void* message_of(std::uintptr_t n) { return reinterpret_cast<void*>(n); }

/// A stack of this test's own.
class own_stack {
 public:
  own_stack() : memory_(detail::map_stack(64 * 1024)) {}
  own_stack(const own_stack&) = delete;
  own_stack& operator=(const own_stack&) = delete;
  ~own_stack() { detail::unmap_stack(memory_); }
  [[nodiscard]] std::byte* top() const { return memory_.top; }

 private:
  stack memory_;
};

void add_one_each_time(void* message) {
  for (;;) message = leave_for(away, home, message_of(number(message) + 1));
}

WEFT_PLAIN_TEST("O1", "a switch returns the message of whoever switches back") {
  if (announced_only) return;
  const own_stack memory;
  make_context(away, memory.top(), add_one_each_time);
  EXPECT_EQ(number(leave_for(home, away, message_of(1))), 2u);
  EXPECT_EQ(number(leave_for(home, away, message_of(10))), 11u);
}

void report_alignment(void*) {
  alignas(16) char local[16];
  char* escaped = local;
  __asm__ __volatile__("" : "+r"(escaped) : : "memory");
  const std::uintptr_t frame = number(__builtin_frame_address(0));
  leave_for(away, home, message_of((number(escaped) | frame) % 16));
}

WEFT_PLAIN_TEST("O1", "a context begins with the stack alignment that compilers rely on") {
  if (announced_only) return;
  const own_stack memory;
  make_context(away, memory.top(), report_alignment);
  EXPECT_EQ(number(leave_for(home, away, nullptr)), 0u);
}

template <class T>
[[gnu::noinline, gnu::noipa]] T opaque(T value) {
  return value;
}

/// Keeps more values of each kind alive over a switch than there are registers.
[[gnu::noinline, gnu::noipa]] bool values_survive(cpu_context& from, cpu_context& to) {
  std::uint64_t whole[24];
  double real[40];
  long double extended[6];
  for (int i = 0; i < 24; ++i) whole[i] = opaque(std::uint64_t{0x9e3779b97f4a7c15} * static_cast<unsigned>(i + 1));
  for (int i = 0; i < 40; ++i) real[i] = opaque(1.5 * i);
  for (int i = 0; i < 6; ++i) extended[i] = opaque(1.25L * i);
  switch_context(from, to, nullptr);
  bool same = true;
  for (int i = 0; i < 24; ++i) same &= whole[i] == std::uint64_t{0x9e3779b97f4a7c15} * static_cast<unsigned>(i + 1);
  for (int i = 0; i < 40; ++i) same &= real[i] == 1.5 * i;
  for (int i = 0; i < 6; ++i) same &= extended[i] == 1.25L * i;
  return same;
}

/// The same with scalars, which stay in registers: the loops above may go through memory anyway.
[[gnu::noinline, gnu::noipa]] bool registers_survive(cpu_context& from, cpu_context& to) {
  const auto a = opaque(1ul), b = opaque(2ul), c = opaque(3ul), d = opaque(4ul), e = opaque(5ul), f = opaque(6ul),
             g = opaque(7ul), h = opaque(8ul);
  const auto p = opaque(1.5), q = opaque(2.5), r = opaque(3.5), s = opaque(4.5);
  const auto x = opaque(5.5L), y = opaque(6.5L);
  switch_context(from, to, nullptr);
  return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h == 204 && p + q * 2 + r * 4 + s * 8 == 56.5 &&
         x - y == -1.0L;
}

void spoil_registers(void*) {
  for (;;) {
    values_survive(away, home);
    registers_survive(away, home);
  }
}

WEFT_PLAIN_TEST("O1", "values in registers of every kind survive a switch") {
  if (announced_only) return;
  const own_stack memory;
  make_context(away, memory.top(), spoil_registers);
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(values_survive(home, away));
    EXPECT_TRUE(registers_survive(home, away));
  }
}

/// A frame that clang addresses through a base register: over-aligned and of variable size.
[[gnu::noinline, gnu::noipa]] bool odd_frame_survives(cpu_context& from, cpu_context& to, std::size_t size) {
  alignas(64) char aligned[64];
  auto* variable = static_cast<char*>(__builtin_alloca(size));
  std::memset(aligned, 7, sizeof aligned);
  std::memset(variable, 8, size);
  opaque(aligned);
  opaque(variable);
  switch_context(from, to, nullptr);
  return aligned[63] == 7 && variable[size - 1] == 8 && number(aligned) % 64 == 0;
}

void spoil_base_register(void*) {
  for (;;) odd_frame_survives(away, home, 100);
}

WEFT_PLAIN_TEST("O1", "a frame with over-aligned locals and one of variable size survives a switch") {
  if (announced_only) return;
  const own_stack memory;
  make_context(away, memory.top(), spoil_base_register);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(odd_frame_survives(home, away, 200));
}

long turns;  // its address never escapes: g++ would keep it in a register over a switch that it can see through

void count_turns(void*) {
  for (;;) {
    turns = turns + 1;
    leave_for(away, home, nullptr);
  }
}

WEFT_PLAIN_TEST("O1", "a static that another context changes is read again after a switch") {
  if (announced_only) return;
  const own_stack memory;
  make_context(away, memory.top(), count_turns);
  turns = 0;
  while (turns < 100) leave_for(home, away, nullptr);
  EXPECT_EQ(turns, 100);
}

void fill_stack(void*) {
  volatile char filled[60 * 1024];
  for (std::size_t i = 0; i < sizeof filled; i += 512) filled[i] = 1;
  leave_for(away, home, message_of(1));
}

WEFT_PLAIN_TEST("O1", "a context may use its whole stack") {
  if (announced_only) return;
  const own_stack memory;
  make_context(away, memory.top(), fill_stack);
  EXPECT_EQ(number(leave_for(home, away, nullptr)), 1u);
}

}  // namespace
}  // namespace weft::test
