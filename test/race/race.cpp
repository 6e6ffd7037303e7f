// SPDX-License-Identifier: Apache-2.0
//
// Runs the pairs. ThreadSanitizer calls OnReport, a function that it defines weakly, for every report; ours reads the
// report by the interface that debuggers use, counts it, and keeps it from being printed, for there will be hundreds.
// WEFT_RACE_SHOW=1 prints them.
#include "race/race.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <memory>

#include "weft/go.hpp"
#include "weft/run.hpp"

extern "C" {
int __tsan_get_report_data(void* report, const char** description, int* count, int* stacks, int* accesses,
                           int* locations, int* mutexes, int* threads, int* ids, void** sleep, unsigned long size);
int __tsan_get_report_mop(void* report, unsigned long index, int* thread, void** address, int* size, int* write,
                          int* is_atomic, void** trace, unsigned long trace_size);
int __tsan_get_report_thread(void* report, unsigned long index, int* id, unsigned long long* os_id, int* running,
                             const char** name, int* parent, void** trace, unsigned long trace_size);

const char* __tsan_default_options() {
  return "halt_on_error=0:exitcode=0:suppress_equal_stacks=0:suppress_equal_addresses=0:atexit_sleep_ms=0:symbolize=0";
}
}

namespace weft::race {
namespace {

constexpr int most_accesses = 8;

// Of the reports since the last reset. Written by one thread at a time: ThreadSanitizer holds a lock meanwhile.
struct {
  int reports;
  int accesses;
  void* addresses[most_accesses];
  int named;  // threads that are called "goroutine ..."
  int unnamed;
} seen;

bool show;

}  // namespace

void scene::await(int parties) const noexcept {
  while (ended_.load(std::memory_order_relaxed) < parties) yield();
}

}  // namespace weft::race

namespace __tsan {

class ReportDesc;

/// True: it is not to be printed.
__attribute__((no_sanitize("thread"))) bool OnReport(const ReportDesc* report, bool suppressed) {
  using weft::race::seen;
  if (suppressed) return true;
  ++seen.reports;
  void* const passed = const_cast<ReportDesc*>(report);
  const char* text = nullptr;
  int unused[5];
  int accesses = 0;
  int threads = 0;
  void* frames[4];  // without room for one it would crash
  __tsan_get_report_data(passed, &text, &unused[0], &unused[1], &accesses, &unused[2], &unused[3], &threads, &unused[4],
                         frames, 4);
  for (int i = 0; i < accesses && seen.accesses < weft::race::most_accesses; ++i) {
    int numbers[4];
    __tsan_get_report_mop(passed, static_cast<unsigned long>(i), &numbers[0], &seen.addresses[seen.accesses++],
                          &numbers[1], &numbers[2], &numbers[3], frames, 4);
  }
  for (int i = 0; i < threads; ++i) {
    int numbers[3];
    unsigned long long os_id = 0;
    const char* name = nullptr;
    __tsan_get_report_thread(passed, static_cast<unsigned long>(i), &numbers[0], &os_id, &numbers[1], &name,
                             &numbers[2], frames, 4);
    ++(name != nullptr && std::strncmp(name, "goroutine ", 10) == 0 ? seen.named : seen.unnamed);
  }
  return !weft::race::show;
}

}  // namespace __tsan

namespace weft::race {
namespace {

/// Whether the variable of the scene was in the reports, and nothing else.
bool only_about(const scene& s) noexcept {
  for (int i = 0; i < seen.accesses; ++i) {
    if (!s.holds(seen.addresses[i])) return false;
  }
  return true;
}

bool is_told(const pair& p, int workers, bool ordered) {
  const auto s = std::make_unique<scene>(ordered);
  seen = {};
  run([&] { p.program(*s); }, {.workers = workers, .drain = true});
  EXPECT_TRUE(only_about(*s)) << "weft itself is reported: " << p.sentence << " (" << workers << " workers)";
  if (seen.reports > 0) EXPECT_GE(seen.named, 1) << "no goroutine has a name: " << p.sentence;
  return seen.reports > 0;
}

void expect_told(const pair& p, int workers) {
  constexpr int many = 50;
  EXPECT_FALSE(is_told(p, workers, true))
      << "a race is reported where there is none: " << p.sentence << " (" << workers << " workers)";
  bool told = false;
  for (int attempt = 0; attempt < many && !told; ++attempt) told = is_told(p, workers, false);
  EXPECT_TRUE(told) << "a race is not reported: " << p.sentence << " (" << workers << " workers)";
}

}  // namespace

void expect_told_apart(std::span<const pair> pairs) {
  show = std::getenv("WEFT_RACE_SHOW") != nullptr;
  for (const pair& p : pairs) {
    expect_told(p, 1);
    expect_told(p, 4);
  }
}

}  // namespace weft::race
