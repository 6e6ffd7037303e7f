// SPDX-License-Identifier: Apache-2.0
//
// What the rings hold, as a trace: copied, laid side by side, and written.
//
// The memory for that comes from the system and goes back to it, so that a program whose heap is broken or used up can
// be looked at too. No lock is taken. What is noted while we copy may be missing; each lane is a piece of what happened
// there without holes, but for those that say so.
//
// The times of events are the processor's. How long a tick is follows from two readings of both clocks, now and when
// the recorder was made ready, which are some milliseconds apart at least.
//
// Memory ordering: lanes and rings are acquired, as their makers release them; which events are shown is relaxed, a
// setting, and so is the flag that a trace was left: only one caller finds it false.
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/report_hook.hpp"
#include "os/clock.hpp"
#include "os/fiber_annotations.hpp"
#include "os/pages.hpp"
#include "os/report_file.hpp"
#include "os/thread.hpp"
#include "park/native_locks.hpp"
#include "park/profiles.hpp"
#include "park/recorder_state.hpp"
#include "park/settings.hpp"
#include "trace/chrome.hpp"
#include "weft/detail/panic.hpp"
#include "weft/detail/simulated.hpp"

namespace weft::detail {

namespace {

constexpr std::size_t most_threads = 64;  // lanes for foreign threads; the others share the last
constexpr std::int64_t least_apart = 2'000'000;

using record = event_ring::record;
static_assert(sizeof(record) == sizeof(event));

/// Memory for a while.
class scratch {
 public:
  explicit scratch(std::size_t size) noexcept : size_(size), memory_(map_zeros(size)) {}
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  ~scratch() {
    if (memory_ != nullptr) unmap_zeros(memory_, size_);
  }

  [[nodiscard]] bool good() const noexcept { return memory_ != nullptr; }

  template <class T>
  T* take(std::size_t n) noexcept {
    used_ = (used_ + alignof(T) - 1) / alignof(T) * alignof(T);
    T* const first = reinterpret_cast<T*>(static_cast<std::byte*>(memory_) + used_);
    used_ += n * sizeof(T);
    return first;
  }

 private:
  std::size_t size_;
  void* memory_;
  std::size_t used_ = 0;
};

std::size_t held_by(const event_lane& lane, std::size_t& largest) noexcept {
  const event_ring* const ring = lane.ring.load(memory_order_acquire);  // pairs with whoever has made it
  if (ring == nullptr) return 0;
  const std::uint64_t written = ring->written();
  const std::size_t n = written < ring->capacity() ? static_cast<std::size_t>(written) : ring->capacity();
  if (n > largest) largest = n;
  return n;
}

class collector {
 public:
  collector(trace_picture& all, std::size_t room, record* copied, std::size_t largest) noexcept
      : all_(all), room_(room), copied_(copied), largest_(largest) {}

  void add_worker(const event_lane& lane) noexcept {
    const std::uint32_t place = add_lane(lane_kind::worker, lane.number);
    const std::size_t n = copy(lane);
    event before;  // the last run before those that are shown: who ran as they began
    for (std::size_t i = 0; i < n; ++i) {
      const event e = read(i);
      if (i >= old_) {
        if (before.kind() == event_kind::run) {
          add({e.ticks, head_of(event_kind::run, 0, before.id()), before.first, before.second}, place, 0);
        }
        before = {};
        add(e, place, static_cast<std::uint32_t>(i + 1));
      } else if (e.kind() == event_kind::run) {
        before = e;
      } else if (e.kind() == event_kind::stop || e.kind() == event_kind::end || e.kind() == event_kind::gap) {
        before = {};
      }
    }
  }

  /// Which thread an event belongs to is said by the one before it.
  void add_threads(const event_lane& lane) noexcept {
    const std::size_t first = all_.lane_count;
    const std::size_t n = copy(lane);
    bool known = false;
    std::uint32_t place = 0;
    for (std::size_t i = old_; i < n; ++i) {
      const event e = read(i);
      if (e.kind() == event_kind::thread) {
        place = lane_of_thread(first, e.id());
        known = true;
      } else if (known) {
        add(e, place, static_cast<std::uint32_t>(i));
      }
    }
  }

 private:
  /// Returns how many; the first `old_` of them are not to be shown.
  std::size_t copy(const event_lane& lane) noexcept {
    old_ = 0;
    const event_ring* const ring = lane.ring.load(memory_order_acquire);  // pairs with whoever has made it
    if (ring == nullptr) return 0;
    std::uint64_t first = 0;
    const std::size_t n = ring->copy(copied_, largest_, first);
    const std::uint64_t from = lane.from.load(memory_order_relaxed);
    if (from > first) old_ = from - first < n ? static_cast<std::size_t>(from - first) : n;
    return n;
  }

  [[nodiscard]] event read(std::size_t i) const noexcept {
    const record& r = copied_[i];
    return {r[0], r[1], r[2], r[3]};
  }

  std::uint32_t add_lane(lane_kind kind, std::uint64_t number) noexcept {
    all_.lanes[all_.lane_count] = {};
    all_.lanes[all_.lane_count].kind = kind;
    all_.lanes[all_.lane_count].number = number;
    return static_cast<std::uint32_t>(all_.lane_count++);
  }

  std::uint32_t lane_of_thread(std::size_t first, std::uint64_t number) noexcept {
    for (std::size_t i = first; i < all_.lane_count; ++i) {
      if (all_.lanes[i].number == number) return static_cast<std::uint32_t>(i);
    }
    if (all_.lane_count - first == most_threads) return static_cast<std::uint32_t>(all_.lane_count - 1);
    return add_lane(lane_kind::thread, number);
  }

  void add(const event& e, std::uint32_t lane, std::uint32_t order) noexcept {
    if (all_.count < room_ && e.kind() != event_kind::none) all_.events[all_.count++] = {e, lane, order, 0};
  }

  trace_picture& all_;
  std::size_t room_;
  record* copied_;
  std::size_t largest_;
  std::size_t old_ = 0;
};

const char* why(std::uint8_t detail) noexcept {
  if (detail == stopped_to_yield) return "yield";
  if (detail == stopped_without_token) return "token lost";
  return text(static_cast<wait_reason>(detail));
}

/// The name of a file with %p replaced.
void expand(const char* name, char* out, std::size_t size) noexcept {
  std::size_t n = 0;
  for (; *name != '\0' && n + 24 < size; ++name) {
    if (name[0] != '%' || name[1] != 'p') {
      out[n++] = *name;
      continue;
    }
    char digits[20];
    int used = 0;
    for (auto id = static_cast<unsigned long>(process_number()); used == 0 || id != 0; id /= 10) {
      digits[used++] = static_cast<char>('0' + id % 10);
    }
    while (used > 0) out[n++] = digits[--used];
    ++name;
  }
  out[n] = '\0';
}

/// A name that does not fit would be that of another file.
void keep_name(recorder_state& r, std::string_view name) noexcept {
  if (name.size() < sizeof r.file) {
    r.file[name.copy(r.file, sizeof r.file - 1)] = '\0';
  } else {
    write_format(2, "weft: no trace will be written: the name of its file has %zu characters, of at most %zu\n",
                 name.size(), sizeof r.file - 1);
  }
}

void prepare_locked() noexcept {
  recorder_state& r = recorder();
  const std::string_view flight = diag_setting("flight");
  const char* const whole = std::getenv("WEFT_TRACE");
  r.whole_run = whole != nullptr && *whole != '\0';
  const bool on = flight.empty() ? !tsan_on : flight != "off";  // ThreadSanitizer makes everything slow already
  r.usual = on ? record_mode::flight : record_mode::off;
  if (r.whole_run) {
    keep_name(r, whole);
  } else if (r.usual == record_mode::flight && !flight.empty() && flight != "flight") {
    keep_name(r, flight);
  }
  const std::string_view stall = diag_setting("stall");
  for (const char digit : stall) {
    if (digit >= '0' && digit <= '9' && r.stall_ms < 100'000'000) r.stall_ms = r.stall_ms * 10 + (digit - '0');
  }
  r.first_ns = monotonic_ns();
  r.first_tick = event_ticks();
  on_fork_child([] {
    recorder_state& child = recorder();
    child.file[0] = '\0';  // the trace is the parent's
    child.mode.store(record_mode::off, memory_order_relaxed);
    child.shared.gate.store(0, memory_order_relaxed);  // its lock may be held by a thread that is not there
    profiles_on.store(0, memory_order_relaxed);
  });
  if (r.whole_run) {
    set_mode(record_mode::full, full_events);
    std::atexit([] { leave_trace(-1); });
  } else {
    set_mode(r.usual, flight_events);
  }
}

}  // namespace

double ns_per_tick() noexcept {
  if (simulated()) return 1;
  const recorder_state& r = recorder();
  std::int64_t time = monotonic_ns();
  while (time - r.first_ns < least_apart) time = monotonic_ns();
  const std::uint64_t ticks = event_ticks() - r.first_tick;
  return ticks != 0 ? static_cast<double>(time - r.first_ns) / static_cast<double>(ticks) : 1;
}

int write_trace(int fd) noexcept {
  recorder_state& r = recorder();
  event_lane* const newest = r.lanes.load(memory_order_acquire);  // pairs with open_lane()
  std::size_t room = 0, largest = 0, lanes = most_threads;
  for (const event_lane* lane = newest; lane != nullptr; lane = lane->next, ++lanes) room += held_by(*lane, largest);
  room += held_by(r.shared, largest);
  scratch memory(room * (sizeof(placed_event) + sizeof(std::uint32_t)) + largest * sizeof(record) +
                 lanes * sizeof(trace_lane) + 256);
  if (!memory.good()) return ENOMEM;
  trace_picture all{};
  all.events = memory.take<placed_event>(room);
  all.lanes = memory.take<trace_lane>(lanes);
  record* const copied = memory.take<record>(largest);
  all.scratch = memory.take<std::uint32_t>(room);
  collector from(all, room, copied, largest);
  for (const event_lane* lane = newest; lane != nullptr; lane = lane->next) from.add_worker(*lane);
  from.add_threads(r.shared);
  all.ns_per_tick = ns_per_tick();
  all.first_tick = simulated() ? 0 : r.first_tick;
  all.reason = why;
  arrange(all);
  return write_chrome(fd, all);
}

void leave_trace(int fd) noexcept {
  recorder_state& r = recorder();
  if (r.file[0] == '\0' || r.left.exchange(true, memory_order_relaxed)) return;
  char name[300];
  expand(r.file, name, sizeof name);
  const int file = create_report(name);
  const bool written = file >= 0 && write_trace(file) == 0;
  if (file >= 0) close_report(file);
  if (fd < 0) return;
  write_text(fd, written ? "\nweft: the trace is in " : "\nweft: the trace could not be written to ");
  write_text(fd, name);
  write_text(fd, "\n");
}

std::uint32_t stall_limit_ms() noexcept { return recorder().stall_ms; }

void prepare_recorder() noexcept {
  static constinit word_lock once;
  once.lock();
  if (recorder().first_ns == 0) {
    prepare_locked();
    prepare_native_locks();
  }
  once.unlock();
}

}  // namespace weft::detail
