// SPDX-License-Identifier: Apache-2.0
//
// How events are noted; see recorder.hpp. Reading them: snapshot.cpp.
//
// Where nobody has a lane, events are noted under `shared_lock`, with the number of the thread before those of each.
#include "park/recorder.hpp"

#include <bit>
#include <new>

#include "os/membarrier.hpp"
#include "os/pages.hpp"
#include "os/ticks.hpp"
#include "park/native_locks.hpp"
#include "park/recorder_state.hpp"
#include "weft/detail/party.hpp"
#include "weft/detail/simulated.hpp"

namespace weft::detail {

namespace {

// A gate: how many events may be noted, and two bits, this and kept_open.
constexpr std::uint32_t unlimited = std::uint32_t{1} << 31;
constexpr std::uint32_t counted = kept_open - 1;
constexpr std::uint32_t budget = 256;  // events of a worker in 10 ms: some 5 us

std::uint32_t open_gate() noexcept {
  const bool watched = profiles_on.load(memory_order_relaxed) != 0 || fences_are_full.load(memory_order_relaxed);
  const std::uint32_t kept = watched ? kept_open : 0;
  switch (recorder().mode.load(memory_order_relaxed)) {
    case record_mode::off:
      return kept;
    case record_mode::flight:
      return kept | (simulated() ? unlimited : budget);
    default:
      return kept | unlimited;
  }
}

constexpr std::size_t ring_head = 64;  // bytes before a ring's events

event_ring* make_ring(std::size_t capacity) noexcept {
  static_assert(sizeof(event_ring) <= ring_head);
  void* const memory = map_zeros(ring_head + capacity * sizeof(event));
  if (memory == nullptr) return nullptr;
  return ::new (memory)
      event_ring(reinterpret_cast<event_ring::word*>(static_cast<char*>(memory) + ring_head), capacity);
}

/// The ring, if so many events may be noted now. By the lane's thread, or under the lock of the shared one.
event_ring* admit(event_lane& lane, std::uint32_t n) noexcept {
  if (lane.offered.load(memory_order_relaxed) != nullptr) {
    lane.ring.store(lane.offered.exchange(nullptr, memory_order_acquire), memory_order_release);  // read by snapshots
    lane.from.store(0, memory_order_relaxed);
  }
  event_ring* const ring = lane.ring.load(memory_order_relaxed);
  if (ring == nullptr || recorder().mode.load(memory_order_relaxed) == record_mode::off) {
    lane.gate.store(open_gate() & kept_open, memory_order_relaxed);
    return nullptr;
  }
  const std::uint32_t gate = lane.gate.load(memory_order_relaxed);
  if ((gate & unlimited) != 0) return ring;
  if ((gate & counted) > n) {
    lane.gate.store(gate - n, memory_order_relaxed);
    return ring;
  }
  if ((gate & counted) != 0) ring->write({event_ticks(), head_of(event_kind::gap, 0, 0), 0, 0});
  lane.gate.store(gate & kept_open, memory_order_relaxed);
  return nullptr;
}

std::uint64_t id_in(const goroutine& g) noexcept { return g.id.load(memory_order_relaxed); }

void write_run(event_ring& ring, std::uint64_t ticks, goroutine& g) noexcept {
  ring.write({ticks, head_of(event_kind::run, g.wakes, id_in(g)), packed_site(g.file, g.line),
              reinterpret_cast<std::uint64_t>(g.label)});
  g.wakes &= static_cast<std::uint8_t>(~wake_noted);
}

void write_stop(event_ring& ring, std::uint64_t ticks, const goroutine& g) noexcept {
  const auto state = g.state.load(memory_order_relaxed);
  const bool waits = state == goroutine_state::waiting;
  const std::uint8_t why = waits ? static_cast<std::uint8_t>(g.reason.load(memory_order_relaxed))
                           : state == goroutine_state::runnable ? stopped_to_yield
                                                                : stopped_without_token;
  ring.write({ticks, head_of(event_kind::stop, why, id_in(g)),
              waits ? reinterpret_cast<std::uint64_t>(g.object.load(memory_order_relaxed)) : 0, 0});
}

/// Calls write(ring, ticks) with the lane that the caller may write.
template <class F>
void note_somewhere(event_lane* own, std::uint32_t n, F write) noexcept {
  if (own != nullptr) {
    if (event_ring* const ring = admit(*own, n); ring != nullptr) write(*ring, event_ticks());
    return;
  }
  recorder_state& r = recorder();
  if (r.shared.gate.load(memory_order_relaxed) == 0) return;
  const party_number thread = number_of_thread();
  r.shared_lock.lock();
  if (event_ring* const ring = admit(r.shared, n + 1); ring != nullptr) {
    const std::uint64_t ticks = event_ticks();
    ring->write({ticks, head_of(event_kind::thread, 0, thread & ~thread_party), 0, 0});
    write(*ring, ticks);
  }
  r.shared_lock.unlock();
}

}  // namespace

recorder_state& recorder() noexcept {
  static constinit recorder_state only;
  return only;
}

namespace {

/// Every run begins at the same virtual time; events go on from where the run before it ended. Relaxed: one thread's.
std::uint64_t virtual_ticks() noexcept {
  static atomic<std::uint64_t> latest{0}, added{0};
  const auto time = static_cast<std::uint64_t>(now());
  const std::uint64_t last = latest.load(memory_order_relaxed);
  if (time + added.load(memory_order_relaxed) < last) added.store(last - time, memory_order_relaxed);
  latest.store(time + added.load(memory_order_relaxed), memory_order_relaxed);
  return latest.load(memory_order_relaxed);
}

}  // namespace

std::uint64_t event_ticks() noexcept { return simulated() ? virtual_ticks() : read_ticks(); }

void forget_events() noexcept {
  recorder_state& r = recorder();
  const auto forget = [](event_lane& lane) {
    const event_ring* const ring = lane.ring.load(memory_order_acquire);  // pairs with whoever has made it
    if (ring != nullptr) lane.from.store(ring->written(), memory_order_relaxed);
  };
  forget(r.shared);
  for (event_lane* lane = r.lanes.load(memory_order_acquire); lane != nullptr; lane = lane->next) forget(*lane);
}

void for_each_event_memory(void (*visit)(void* arg, const void* begin, std::size_t size), void* arg) {
  const auto tell = [&](const event_ring* ring) {
    if (ring != nullptr) visit(arg, ring, ring_head + ring->capacity() * sizeof(event));
  };
  // acquire: pairs with whoever makes a lane, or offers it a ring.
  for (event_lane* lane = recorder().lanes.load(memory_order_acquire); lane != nullptr; lane = lane->next) {
    tell(lane->ring.load(memory_order_acquire));
    tell(lane->offered.load(memory_order_acquire));
  }
}

void note_switch(event_lane& lane, goroutine& from, goroutine* next) noexcept {
  event_ring* const ring = admit(lane, 2);
  if (ring == nullptr) return;
  const std::uint64_t ticks = event_ticks();
  write_stop(*ring, ticks, from);
  if (next != nullptr) write_run(*ring, ticks, *next);
}

void note_run(event_lane& lane, goroutine& g) noexcept {
  if (event_ring* const ring = admit(lane, 1); ring != nullptr) write_run(*ring, event_ticks(), g);
}

void note_end(event_lane& lane, goroutine& g, goroutine* next) noexcept {
  if (native_locks_are_watched()) note_native_stop(g, "ends");
  event_ring* const ring = admit(lane, 2);
  if (ring == nullptr) return;
  const std::uint64_t ticks = event_ticks();
  ring->write({ticks, head_of(event_kind::end, 0, id_in(g)), 0, 0});
  if (next != nullptr) write_run(*ring, ticks, *next);
}

void note_queued(event_lane* own, goroutine& g, event_kind how) noexcept {
  note_somewhere(own, 1, [&](event_ring& ring, std::uint64_t ticks) {
    g.wakes = static_cast<std::uint8_t>(g.wakes + 1) | wake_noted;
    const bool starts = how == event_kind::start;
    ring.write({ticks, head_of(how, g.wakes, id_in(g)),
                starts ? packed_site(g.file, g.line) : static_cast<std::uint64_t>(g.reason.load(memory_order_relaxed)),
                starts ? reinterpret_cast<std::uint64_t>(g.label) : 0});
  });
}

void note(event_lane* own, event_kind kind, std::uint64_t id, std::uint64_t first, std::uint64_t second) noexcept {
  note_somewhere(own, 1, [&](event_ring& ring, std::uint64_t ticks) {
    ring.write({ticks, head_of(kind, 0, id), first, second});
  });
}

void note_pinned(goroutine& g, event_kind how) noexcept {
  note_somewhere(nullptr, 1, [&](event_ring& ring, std::uint64_t ticks) {
    how == event_kind::run ? write_run(ring, ticks, g) : write_stop(ring, ticks, g);
  });
}

void note_words(event_lane* own, std::uint64_t head, std::uint64_t first, std::uint64_t second,
                std::string_view text) noexcept {
  const std::size_t pieces = (text.size() + 15) / 16;
  note_somewhere(own, static_cast<std::uint32_t>(1 + pieces), [&](event_ring& ring, std::uint64_t ticks) {
    ring.write({ticks, head, first, second});
    for (std::size_t at = 0; at < text.size(); at += 16) {
      char bytes[16] = {};
      text.copy(bytes, sizeof bytes, at);
      const auto words = std::bit_cast<std::array<std::uint64_t, 2>>(bytes);
      ring.write({ticks, head_of(event_kind::text, 0, 0), words[0], words[1]});
    }
  });
}

void open_lane(event_lane& lane) noexcept {
  recorder_state& r = recorder();
  lane.ring.store(make_ring(r.capacity.load(memory_order_relaxed)), memory_order_release);
  lane.number = r.lane_count.fetch_add(1, memory_order_relaxed);
  event_lane* first = r.lanes.load(memory_order_relaxed);
  do {
    lane.next = first;
  } while (!r.lanes.compare_exchange_weak(first, &lane, memory_order_release, memory_order_relaxed));
  const bool has_ring = lane.ring.load(memory_order_relaxed) != nullptr;
  lane.gate.store(open_gate() & (has_ring ? ~std::uint32_t{0} : kept_open), memory_order_relaxed);
}

namespace {

void renew_budget(event_lane& lane) noexcept {
  const std::uint32_t wanted = open_gate();
  const std::uint32_t gate = lane.gate.load(memory_order_relaxed);
  const bool used_up = (gate & counted) == 0;
  if (used_up ? gate != wanted : (gate & ~counted) != (wanted & ~counted)) {
    lane.gate.store(wanted, memory_order_relaxed);
  }
}

}  // namespace

void renew_budgets() noexcept {
  renew_budget(recorder().shared);
  // acquire: pairs with whoever makes a lane.
  for (event_lane* lane = recorder().lanes.load(memory_order_acquire); lane != nullptr; lane = lane->next) {
    renew_budget(*lane);
  }
}

/// Gives every lane a ring of that capacity, if it has a smaller one, and sets its gate for the mode.
void set_mode(record_mode mode, std::size_t capacity) noexcept {
  recorder_state& r = recorder();
  r.mode.store(mode, memory_order_relaxed);
  if (capacity > r.capacity.load(memory_order_relaxed)) r.capacity.store(capacity, memory_order_relaxed);
  const auto adapt = [&](event_lane& lane) {
    const event_ring* const ring = lane.ring.load(memory_order_acquire);
    const event_ring* const offered = lane.offered.load(memory_order_acquire);
    const std::size_t has = offered != nullptr ? offered->capacity() : ring != nullptr ? ring->capacity() : 0;
    if (has < capacity) {
      // One that was offered before and not taken is lost: the memory of a ring that nobody has touched is none.
      if (event_ring* const larger = make_ring(capacity); larger != nullptr) {
        lane.offered.store(larger, memory_order_release);  // pairs with admit()
      }
    }
    lane.gate.store(open_gate(), memory_order_relaxed);
  };
  adapt(r.shared);
  for (event_lane* lane = r.lanes.load(memory_order_acquire); lane != nullptr; lane = lane->next) adapt(*lane);
}

}  // namespace weft::detail
