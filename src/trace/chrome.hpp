// SPDX-License-Identifier: Apache-2.0
//
// Events as JSON in the format of Chrome's tracing, which Perfetto (ui.perfetto.dev) and chrome://tracing open.
//
// One lane ("thread") for each worker, and for each foreign thread that did anything; on it slices: which goroutine
// ran, by its label or where it was started, calls that blocked the thread, and when the worker was idle. Arrows lead
// from where a goroutine was made runnable, or started, to where it ran then. Tasks and regions of the program have
// tracks of their own, because a goroutine may wait in the middle of one and go on elsewhere.
//
// What comes out is balanced and complete whatever was lost: each begin has its end (at the end of the trace, if need
// be), each arrow both ends, and an end without a beginning is left out. No two events are at one moment, though the
// processor's clock may have put them there: they are a nanosecond apart at least. For Perfetto puts ends
// before beginnings of one moment in a file that has complete slices (phase X), and sees no end of a slice without
// length there.
//
// Nothing is allocated: whoever calls brings the memory, because a report may be written when there is none.
#pragma once

#include <cstddef>
#include <cstdint>

#include "trace/event.hpp"

namespace weft::detail {

/// An event, and where it happened. `partner` is the index of what it belongs to: a run of the wake-up that led to it,
/// the end of a task of its beginning, and vice versa; itself: there is none.
struct placed_event {
  event what;
  std::uint32_t lane = 0;
  std::uint32_t order = 0;  // in the lane
  std::uint32_t partner = 0;
};

enum class lane_kind : std::uint8_t { worker, thread };

/// A lane, and what is known of it at some moment of the trace.
struct trace_lane {
  lane_kind kind = lane_kind::worker;
  std::uint64_t number = 0;
  bool runs = false;    // a goroutine's slice is open
  bool blocks = false;  // in it, that of a call that blocks
  bool rests = false;   // one in which no goroutine runs is open: idle, or nothing was recorded
  bool lost = false;    // the latter
};

struct trace_picture {
  placed_event* events;
  std::size_t count;
  std::uint32_t* scratch;  // room for `count`
  trace_lane* lanes;
  std::size_t lane_count;
  std::uint64_t first_tick;  // what is shown as first_ns
  std::int64_t first_ns;
  double ns_per_tick;
  const char* (*reason)(std::uint8_t why);  // in words, for `stop`
};

/// Sorts the events by time and finds partners.
void arrange(trace_picture& all) noexcept;

/// Writes what was arranged. 0, or why the descriptor refused something.
int write_chrome(int fd, trace_picture& all) noexcept;

}  // namespace weft::detail
