// SPDX-License-Identifier: Apache-2.0
//
// The live screen: rates are differences of two snapshots of the statistics page.
#include <time.h>
#include <unistd.h>

#include <cstdio>

#include "commands.hpp"
#include "page.hpp"

namespace weft_tool {
namespace {

namespace wd = weft::detail;

void pause_for(double seconds) {
  const auto whole = static_cast<time_t>(seconds);
  timespec left{whole, static_cast<long>((seconds - static_cast<double>(whole)) * 1e9)};
  while (nanosleep(&left, &left) != 0) continue;
}

unsigned long long per_second(const snapshot& before, const snapshot& now, wd::stats_counter which) {
  const auto i = static_cast<std::size_t>(which);
  const double seconds = static_cast<double>(now.at_ns - before.at_ns) / 1e9;
  const std::uint64_t gained = now.counters[i] >= before.counters[i] ? now.counters[i] - before.counters[i] : 0;
  return seconds > 0 ? static_cast<unsigned long long>(static_cast<double>(gained) / seconds) : 0;
}

void show(const process& of, const snapshot& before, const snapshot& now) {
  using count = wd::stats_counter;
  const auto rate = [&](count which) { return per_second(before, now, which); };
  std::printf("%s (process %d): %llu goroutines, %llu procs (%llu idle), %llu threads\n", of.name.c_str(),
              static_cast<int>(of.pid), static_cast<unsigned long long>(now.goroutines),
              static_cast<unsigned long long>(now.gomaxprocs), static_cast<unsigned long long>(now.tokens_idle),
              static_cast<unsigned long long>(now.threads));
  std::printf("a second: %llu turns, %llu waits, %llu yields, %llu started, %llu ended, %llu stolen, %llu rests\n",
              rate(count::turns), rate(count::parks), rate(count::yields), rate(count::starts), rate(count::ends),
              rate(count::stolen), rate(count::rests));
  std::printf("          %llu looks at descriptors, %llu woken by them, %llu blocking calls, %llu tokens retaken\n",
              rate(count::polls), rate(count::poll_wakes), rate(count::blocking_calls), rate(count::tokens_retaken));
  std::printf("wait for a worker: half below %s, 99 of 100 below %s\n", duration(quantile(before, now, 0.5)).c_str(),
              duration(quantile(before, now, 0.99)).c_str());
  std::printf("waiting for descriptors: %llu, threads waiting in weft: %llu, deadlocks reported: %llu\n",
              static_cast<unsigned long long>(now.descriptor_waits), static_cast<unsigned long long>(now.outside_waits),
              static_cast<unsigned long long>(now.deadlocks));
  std::printf("queued: %llu for all;", static_cast<unsigned long long>(now.global_queue));
  for (const std::uint64_t each : now.queued) std::printf(" %llu", static_cast<unsigned long long>(each));
  std::printf(" for each worker\n");
  if (now.hog_ns != 0) {
    std::printf("longest slice: %s by goroutine %llu, started at %s:%llu\n", duration(now.hog_ns).c_str(),
                static_cast<unsigned long long>(now.hog_goroutine), now.hog_file.c_str(),
                static_cast<unsigned long long>(now.hog_line));
  }
}

}  // namespace

int top(pid_t pid, double seconds, bool once) {
  process of;
  if (!find(pid, of)) return 1;
  std::string why;
  const auto opened = page::open(of, why);
  if (!opened) return complain("process " + std::to_string(pid) + " (" + of.name + "): " + why);
  const bool screen = !once && isatty(1) != 0;
  snapshot before = opened->take();
  for (;;) {
    pause_for(seconds);
    process still;
    if (!look_up(pid, still) || !opened->is_of(still)) return once ? complain("the process has ended") : 0;
    const snapshot now = opened->take();
    if (screen) std::printf("\033[H\033[2J");
    show(of, before, now);
    std::fflush(stdout);
    if (once) return 0;
    if (!screen) std::printf("\n");
    before = now;
  }
}

}  // namespace weft_tool
