// SPDX-License-Identifier: Apache-2.0
//
// The tests of what weft guarantees. A test is a sentence, cites the ids of docs/semantics.md it shows, and its body is
// an ordinary goroutine:
//
//     WEFT_TEST("C4", "a closed channel drains its buffer, then reports closed") {
//       weft::chan<int> c(1);
//       c.send(7);
//       c.close();
//       EXPECT_EQ(c.recv(), 7);
//       EXPECT_EQ(c.recv(), std::nullopt);
//     }
//
// The same sources are built into two programs. With engine sim a body runs under many schedules, one per seed; with
// engine sched it runs with 1, 2, 4 and 64 workers. After every run nothing may be left: no goroutine, no stack, no
// waiter, no file descriptor. EXPECT_* and ASSERT_* work in every goroutine.
//
// Where a body needs less, or something else, WEFT_TEST_WITH takes options by name, in the order of `options`:
//
//     WEFT_TEST_WITH("S3", "four workers run four goroutines at once", .on = weft::test::sched_only, .workers = {4}) {
//
// WEFT_PLAIN_TEST has a body that is called once, outside weft::run: for white-box tests and for threads of one's own.
//
// Environment
//   WEFT_SEEDS=20      seeds per test under sim (200)      WEFT_SEED=17      this seed only
//   WEFT_WORKERS=1,4   worker counts under sched           WEFT_SECONDS=60   what one run may take
//
// How it works (harness.cpp, supervisor.cpp): the tests run in a child process. The parent watches from outside, where
// it cannot disturb what the runtime counts: when a run hangs it asks for the goroutine dump (SIGQUIT), and when the
// child dies, it says in which test, with which seed. Under gdb: set follow-fork-mode child.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace weft::test {

enum engine : std::uint8_t { both, sim_only, sched_only };

struct options {
  engine on = both;
  int seeds = 0;               // under sim: how many; 0: the default, else at most that many
  std::vector<int> workers{};  // under sched: only these counts; empty: 1, 2, 4 and 64
  bool drain = true;           // false: run() abandons what is left, and nothing is counted afterwards
};

struct test_case {
  const char* ids;
  const char* sentence;
  const char* file;
  int line;
  void (*body)();
  bool plain;  // called once, outside weft::run
  options how;
};

/// Adds a test to the program; the result is of no use.
bool add(test_case test);

// Which instrumentation this program was built with.
#if defined(__has_feature)
#define WEFT_TEST_FEATURE(name) __has_feature(name)
#else
#define WEFT_TEST_FEATURE(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || WEFT_TEST_FEATURE(address_sanitizer)
inline constexpr bool under_address_sanitizer = true;
#else
inline constexpr bool under_address_sanitizer = false;
#endif
#ifdef WEFT_FORCE_MIGRATION
inline constexpr bool under_forced_migration = true;
#else
inline constexpr bool under_forced_migration = false;
#endif
#if defined(__SANITIZE_THREAD__) || WEFT_TEST_FEATURE(thread_sanitizer)
inline constexpr bool under_thread_sanitizer = true;
#else
inline constexpr bool under_thread_sanitizer = false;
#endif
#ifdef WEFT_EMULATED
inline constexpr bool under_emulator = true;
#else
inline constexpr bool under_emulator = false;
#endif

}  // namespace weft::test

#define WEFT_TEST_JOIN_(a, b) a##b
#define WEFT_TEST_JOIN(a, b) WEFT_TEST_JOIN_(a, b)
#define WEFT_TEST_NAME(prefix) WEFT_TEST_JOIN(prefix, __LINE__)
#define WEFT_TEST_ADD(ids, sentence, plain, ...)                                                                     \
  static void WEFT_TEST_NAME(weft_test_body_)();                                                                     \
  [[maybe_unused]] static const bool WEFT_TEST_NAME(weft_test_added_) =                                              \
      ::weft::test::add({ids, sentence, __FILE__, __LINE__, WEFT_TEST_NAME(weft_test_body_), plain, {__VA_ARGS__}}); \
  static void WEFT_TEST_NAME(weft_test_body_)()

#define WEFT_TEST(ids, sentence) WEFT_TEST_ADD(ids, sentence, false, )
#define WEFT_TEST_WITH(ids, sentence, ...) WEFT_TEST_ADD(ids, sentence, false, __VA_ARGS__)
#define WEFT_PLAIN_TEST(ids, sentence) WEFT_TEST_ADD(ids, sentence, true, )
