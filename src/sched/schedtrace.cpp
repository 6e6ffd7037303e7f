// SPDX-License-Identifier: Apache-2.0
//
// The line is worked out from the same metrics that programs read; it is written at once, so that lines of several
// processes do not mix.
//
// Memory ordering: tokens are acquired as everywhere; what they and workers say of themselves is read relaxed.
#include "sched/schedtrace.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>

#include "base/report_hook.hpp"
#include "park/settings.hpp"
#include "sched/counters.hpp"
#include "weft/metrics.hpp"

namespace weft::detail {
namespace {

// The watchdog's.
nanoseconds next_line = 0;
nanoseconds first_line = 0;

metrics& last_metrics() {
  static auto* const last = new metrics;  // never destroyed: the watchdog outlives static destructors
  return *last;
}

void add(std::string& line, const char* name, std::uint64_t n) {
  line += std::string(" ") + name + "=" + std::to_string(n);
}

std::string short_text(std::chrono::nanoseconds duration) {
  const auto ns = static_cast<double>(duration.count());
  char text[32];
  if (ns < 1e4)
    std::snprintf(text, sizeof text, "%.1fus", ns / 1e3);
  else if (ns < 1e6)
    std::snprintf(text, sizeof text, "%.0fus", ns / 1e3);
  else
    std::snprintf(text, sizeof text, "%.0fms", ns / 1e6);
  return text;
}

void add(std::string& line, const char* name, const duration_histogram& durations) {
  if (durations.count() == 0) return;
  line +=
      std::string(" ") + name + "=" + short_text(durations.quantile(0.5)) + "/" + short_text(durations.quantile(0.99));
}

std::string queues() {
  std::string text = " [";
  const std::uint32_t wanted = the.wanted.load(memory_order_acquire);
  for (std::uint32_t i = 0; i < wanted; ++i) {
    if (i != 0) text += ' ';
    text += std::to_string(the.tokens[i].load(memory_order_acquire)->queue.size());
  }
  return text + "]";
}

std::string line_of(const metrics& now, const metrics& spent, nanoseconds time) {
  std::string line = "SCHED " + std::to_string((time - first_line) / 1'000'000) + "ms:";
  add(line, "gomaxprocs", now.gomaxprocs);
  add(line, "idleprocs", now.gomaxprocs_idle);
  add(line, "threads", now.threads);
  add(line, "runqueue", the.global.size());
  line += queues();
  add(line, "goroutines", now.goroutines);
  add(line, "started", spent.started);
  add(line, "turns", spent.turns);
  add(line, "parks", spent.parks);
  add(line, "yields", spent.yields);
  add(line, "steals", spent.steals);
  add(line, "wait", spent.run_queue);
  add(line, "chan", spent.chan_wait);
  add(line, "lock", spent.lock_wait);
  add(line, "sync", spent.sync_wait);
  add(line, "io", spent.io_wait);
  add(line, "late", spent.timers_late);
  return line + "\n";
}

/// One line for each token.
std::string details(nanoseconds time) {
  std::string text;
  const std::uint32_t wanted = the.wanted.load(memory_order_acquire);
  for (std::uint32_t i = 0; i < wanted; ++i) {
    const token& t = *the.tokens[i].load(memory_order_acquire);
    const worker* const owner = t.owner.load(memory_order_acquire);
    const goroutine* const g = owner != nullptr ? static_cast<goroutine*>(owner->running) : nullptr;
    text += "  P" + std::to_string(i) + ": thread=" +
            (owner != nullptr ? std::to_string(owner->thread_id.load(memory_order_relaxed)) : std::string("none")) +
            " goroutine=" + std::to_string(id_of(g)) + " runqsize=" + std::to_string(t.queue.size()) +
            " blocking=" + std::to_string(owner != nullptr && is_blocking(*owner)) +
            " still=" + short_text(std::chrono::nanoseconds(owner != nullptr ? time - owner->seen_since : 0)) + "\n";
  }
  return text;
}

}  // namespace

nanoseconds schedtrace_interval() noexcept {
  static const nanoseconds interval = [] {
    const std::string text(debug_setting("schedtrace"));
    const long ms = std::atol(text.c_str());
    return nanoseconds{std::clamp(ms, 0L, 86'400'000L)} * 1'000'000;
  }();
  return interval;
}

void schedtrace(nanoseconds time) noexcept try {
  const nanoseconds interval = schedtrace_interval();
  if (interval == 0) return;
  if (first_line == 0) first_line = next_line = time;
  if (time < next_line) return;
  next_line = std::max(next_line + interval, time);
  const metrics now = read_metrics();
  std::string text = line_of(now, now - last_metrics(), time);
  static const bool detailed = debug_setting("scheddetail") == "1";
  if (detailed) text += details(time);
  write_text(2, text.c_str());
  last_metrics() = now;
} catch (const std::bad_alloc&) {  // no line this time
}

}  // namespace weft::detail
