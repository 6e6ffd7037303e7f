// SPDX-License-Identifier: Apache-2.0
//
// What belongs together in a trace: sorted by time, then by pairs. std::sort works in place.
#include <algorithm>

#include "trace/chrome.hpp"

namespace weft::detail {

namespace {

/// What both ends of a pair have in common. Class 0: no end of a pair.
struct pair_key {
  std::uint64_t id;
  std::uint8_t of_class;
  std::uint8_t wakes;
  bool is_end;

  [[nodiscard]] bool same_pair(const pair_key& other) const noexcept {
    return of_class == other.of_class && id == other.id && wakes == other.wakes;
  }
};

pair_key key_of(const event& e) noexcept {
  switch (e.kind()) {
    case event_kind::start:
    case event_kind::ready:
      return {e.id(), 1, e.detail(), false};
    case event_kind::run:
      if ((e.detail() & wake_noted) == 0) return {0, 0, 0, false};
      return {e.id(), 1, e.detail(), true};
    case event_kind::task:
      return {e.id(), 2, 0, e.detail() != 0};
    case event_kind::region:
      return {e.id(), 3, 0, e.detail() != 0};
    default:
      return {0, 0, 0, false};
  }
}

bool earlier(const placed_event& a, const placed_event& b) noexcept {
  if (a.what.ticks != b.what.ticks) return a.what.ticks < b.what.ticks;
  if (a.lane != b.lane) return a.lane < b.lane;
  return a.order < b.order;
}

}  // namespace

void arrange(trace_picture& all) noexcept {
  std::sort(all.events, all.events + all.count, earlier);
  std::size_t n = 0;
  for (std::uint32_t i = 0; i < all.count; ++i) {
    all.events[i].partner = i;
    if (key_of(all.events[i].what).of_class != 0) all.scratch[n++] = i;
  }
  std::sort(all.scratch, all.scratch + n, [&](std::uint32_t a, std::uint32_t b) {
    const pair_key x = key_of(all.events[a].what), y = key_of(all.events[b].what);
    if (x.of_class != y.of_class) return x.of_class < y.of_class;
    if (x.id != y.id) return x.id < y.id;
    return x.wakes != y.wakes ? x.wakes < y.wakes : a < b;
  });
  for (std::size_t i = 0; i + 1 < n; ++i) {
    const std::uint32_t a = all.scratch[i], b = all.scratch[i + 1];
    const pair_key x = key_of(all.events[a].what), y = key_of(all.events[b].what);
    if (!x.same_pair(y) || x.is_end || !y.is_end) continue;
    all.events[a].partner = b;
    all.events[b].partner = a;
  }
}

}  // namespace weft::detail
