// SPDX-License-Identifier: Apache-2.0
//
// Stack overflow as a report. Each test runs in a process that ends.
#include "os/overflow.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

#include "harness.hpp"
#include "os/fiber_annotations.hpp"
#include "routine.hpp"

namespace weft::test {
namespace {

using namespace weft::detail;

bool describe_for_test(void* address, char* out, std::size_t size) {
  std::snprintf(out, size, "goroutine 7 (stack %zu KiB, started at overflow_test.cpp:1)",
                stack_guarded_at(address).size / stack_stride * (stack_stride / 1024));
  return true;
}

volatile int deepest = 1 << 30;  // never reached, but compilers do not know

[[gnu::noinline, gnu::noipa]] int recurse_for_ever(int depth) {
  if (depth == deepest) return 0;
  volatile char frame[200];
  frame[0] = static_cast<char>(depth);
  return recurse_for_ever(depth + 1) + frame[0];
}

void overflow_in_recursion() {
  install_overflow_handler(describe_for_test);
  enter_thread_signals();
  std::printf("printed before\n");
  routine r([](routine&) { recurse_for_ever(0); });
  r.resume();
}

WEFT_PLAIN_TEST("O5", "an overflow is reported with the goroutine and its functions, and the status is 2") {
  EXPECT_EXIT(overflow_in_recursion(), ::testing::ExitedWithCode(2),
              "fatal error: stack overflow\n\ngoroutine 7 .stack 256 KiB, started at overflow_test.cpp:1.\n"
              ".*recurse_for_ever");
}

void overflow_on_a_thread() {
  install_overflow_handler(describe_for_test);
  std::thread([] {
    enter_thread_signals();
    routine r([](routine&) { recurse_for_ever(0); });
    r.resume();
    leave_thread_signals();
  }).join();
}

WEFT_PLAIN_TEST("O5", "an overflow on any thread is reported") {
  EXPECT_EXIT(overflow_on_a_thread(), ::testing::ExitedWithCode(2), "fatal error: stack overflow");
}

/// Standard output goes where standard error goes, which is what the death test looks at.
void overflow_with_unflushed_output() {
  ::dup2(2, 1);
  static char buffer[4096];
  std::setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
  overflow_in_recursion();
}

WEFT_PLAIN_TEST("O5", "what the program printed before an overflow is not lost") {
  EXPECT_EXIT(overflow_with_unflushed_output(), ::testing::ExitedWithCode(2), "printed before");
}

[[gnu::noinline, gnu::noipa]] int recurse_in_printf(int depth) {
  if (depth == deepest) return 0;
  volatile char frame[100];
  frame[0] = static_cast<char>(depth);
  std::printf("%d %f\n", depth, 0.1 * depth);
  return recurse_in_printf(depth + 1) + frame[0];
}

void overflow_in_printf() {
  ::dup2(::open("/dev/null", 1), 1);
  install_overflow_handler(describe_for_test);
  enter_thread_signals();
  routine r([](routine&) { recurse_in_printf(0); });
  r.resume();
}

WEFT_PLAIN_TEST("O5", "an overflow inside the C library is reported too") {
  EXPECT_EXIT(overflow_in_printf(), ::testing::ExitedWithCode(2), "fatal error: stack overflow");
}

[[gnu::noinline, gnu::noipa]] int recurse_in_malloc(int depth) {
  if (depth == deepest) return 0;
  void* volatile block = std::malloc(static_cast<std::size_t>(depth) * 100 + 1);
  const int result = recurse_in_malloc(depth + 1);
  std::free(block);
  return result;
}

void overflow_in_malloc() {
  install_overflow_handler(describe_for_test);
  enter_thread_signals();
  routine r([](routine&) { recurse_in_malloc(0); });
  r.resume();
}

WEFT_PLAIN_TEST("O5", "an overflow inside malloc does not hang the report") {
  EXPECT_EXIT(overflow_in_malloc(), ::testing::ExitedWithCode(2), "fatal error: stack overflow");
}

volatile std::uintptr_t nowhere = 16;

void fault_elsewhere() {
  install_overflow_handler(describe_for_test);
  enter_thread_signals();
  *reinterpret_cast<volatile int*>(nowhere) = 1;
}

WEFT_PLAIN_TEST("O5", "a fault that is no overflow is left to whoever handled it before") {
  if (asan_on) {
    EXPECT_DEATH(fault_elsewhere(), "AddressSanitizer");
  } else if (tsan_on) {
    EXPECT_DEATH(fault_elsewhere(), "");
  } else {
    EXPECT_EXIT(fault_elsewhere(), ::testing::KilledBySignal(SIGSEGV), "");
  }
}

void fault_with_own_handler() {
  struct sigaction action {};
  action.sa_sigaction = [](int, siginfo_t* info, void*) {
    std::_Exit(info->si_addr == reinterpret_cast<void*>(nowhere) ? 5 : 6);
  };
  action.sa_flags = SA_SIGINFO;
  ::sigaction(SIGSEGV, &action, nullptr);
  fault_elsewhere();
}

WEFT_PLAIN_TEST("O5", "a handler that the program installed before gets the fault with its address") {
  EXPECT_EXIT(fault_with_own_handler(), ::testing::ExitedWithCode(5), "");
}

void sent_by_kill() {
  install_overflow_handler(describe_for_test);
  ::kill(::getpid(), SIGSEGV);
  std::_Exit(0);
}

WEFT_PLAIN_TEST("O5", "a SIGSEGV that another process sends ends the process as if nothing were installed") {
  if (asan_on || tsan_on) return;
  EXPECT_EXIT(sent_by_kill(), ::testing::KilledBySignal(SIGSEGV), "");
}

WEFT_PLAIN_TEST("O5", "a thread has a stack for signals between entering and leaving, and none is leaked") {
  std::thread([] {
    stack_t before{};
    ::sigaltstack(nullptr, &before);
    enter_thread_signals();
    stack_t inside{};
    ::sigaltstack(nullptr, &inside);
    EXPECT_EQ(inside.ss_flags & SS_DISABLE, 0);
    leave_thread_signals();
    stack_t after{};
    ::sigaltstack(nullptr, &after);
    EXPECT_EQ(after.ss_flags & SS_DISABLE, before.ss_flags & SS_DISABLE);
  }).join();
}

}  // namespace
}  // namespace weft::test
