// SPDX-License-Identifier: Apache-2.0
//
// The longest slice. The watchdog sees whose count of switches stands still; when that lasts longer than any slice
// before, it writes down which goroutine it is and asks the thread where it is. Once for each slice: while the same one
// goes on, also after it has lost its token, only its length changes.
//
// Memory ordering: `running` and `switches` are relaxed. The goroutine that is read between two readings of the same
// count is the one whose slice it is; the rest of its record is read as any report does.
#include "sched/hogs.hpp"
#include "os/capture.hpp"
#include "park/hog.hpp"
#include "sched/counters.hpp"

namespace weft::detail {
namespace {

constexpr nanoseconds shortest = 10'000'000;
constexpr nanoseconds answer_time = 2'000'000;

// The watchdog's.
nanoseconds longest = 0;
const worker* longest_of = nullptr;
std::uint32_t longest_slice = 0;  // the count of switches, which names it
nanoseconds longest_since = 0;

bool goes_on(const worker& w, std::uint32_t slice) noexcept {
  return w.switches.load(memory_order_relaxed) == slice && !is_blocking(w);
}

}  // namespace

void watch_slice(const worker& w, std::uint32_t slice, nanoseconds since, nanoseconds time) noexcept {
  const nanoseconds duration = time - since;
  if (duration < shortest || duration <= longest || (longest_of == &w && longest_slice == slice)) return;
  const goroutine* const g = w.running;
  if (g == nullptr) return;
  hog_record hog;
  hog.duration = duration;
  hog.seen_at = time;
  hog.goroutine = g->id.load(memory_order_relaxed);
  hog.file = g->file;
  hog.line = g->line;
  hog.label = g->label;
  const stack bounds = g->self.bounds;
  if (!goes_on(w, slice)) return;
  hog.frame_count = capture_frames(w.thread_id.load(memory_order_relaxed), bounds, capture::only_running, hog.frames,
                                   std::size(hog.frames), answer_time);
  if (!goes_on(w, slice)) hog.frame_count = 0;  // it was another one that answered
  longest = duration;
  longest_of = &w;
  longest_slice = slice;
  longest_since = since;
  set_longest_hog(hog);
}

void watch_longest_slice(nanoseconds time) noexcept {
  if (longest_of == nullptr) return;
  if (!goes_on(*longest_of, longest_slice)) {
    longest_of = nullptr;
    return;
  }
  longest = time - longest_since;
  lengthen_hog(longest, time);
}

}  // namespace weft::detail
