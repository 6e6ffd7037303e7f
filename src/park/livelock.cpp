// SPDX-License-Identifier: Apache-2.0
//
// Goroutines that go round in circles (weft/livelock.hpp; decision 0021 says why this is one).
//
// Time is cut into windows, whose halves last longer where there is little of the processor to have: until everybody
// has been looked at often enough. In the first half whatever those who yield or have waited see is learnt
// (seen_words.hpp); in the second half nothing may be new. Who has gone round in both halves is one of the circle. At
// the end of the window nobody else must be able to act: every other goroutine waits without a limit and has done so
// since the first half, only goroutines act in this process, and the kernel has read and written nothing for it.
//
// What is looked at when. Each goroutine is looked at some eight thousand times in a window, or each time it comes by;
// at the first looks, and then at every sixteenth, also what its stack leads to, and the global variables. The first
// news of the second half ends the window's work: until the next one begins nobody is looked at any more, so that who
// gets on pays little.
//
// The frames of weft's own functions above the program's are passed over: what lies there has been left by the
// scheduler. The registers are those that the program's function will find again.
//
// Who owns what: everything under `lock`, but the report, which is made without it by one at a time (`telling`).
// Memory ordering: settings are relaxed.
#include "weft/livelock.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>

#include "base/report_hook.hpp"
#include "os/caller_state.hpp"
#include "os/fiber_annotations.hpp"
#include "os/io_count.hpp"
#include "os/symbol.hpp"
#include "park/dump.hpp"
#include "park/livelock.hpp"
#include "park/quiet.hpp"
#include "park/registry.hpp"
#include "park/seen_words.hpp"
#include "park/settings.hpp"
#include "weft/detail/panic.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft {

namespace detail {

namespace {

constexpr nanoseconds shortest_window = 10'000'000;
constexpr nanoseconds usual_window = 1'000'000'000;
constexpr nanoseconds looks_in_window = 8192;
constexpr std::uint32_t looks_always_far = 64;
constexpr std::uint32_t looks_between_far = 16;
constexpr std::size_t most_parties = 64;
constexpr std::size_t most_objects = 64;
constexpr std::size_t object_size = 64;     // of a lock, a barrier, and where a channel's numbers are
constexpr std::uint32_t enough_looks = 16;  // in each half

/// One that has come by in this window.
struct party {
  std::uint64_t id = 0;
  const goroutine* record = nullptr;
  std::uint32_t looks[2]{};  // in each half
  nanoseconds next_look = 0;
  nanoseconds last_turn = 0;
};

struct round_watch {
  word_lock lock;
  nanoseconds window = 0;  // 0: not watching
  nanoseconds began = 0;   // when its present half did; 0: none has
  bool second = false;     // which half that is
  bool hopeless = false;   // something was new
  party parties[most_parties];
  variable frames[most_parties + most_objects];  // of each: what weft has on its stack, below the program's frame
  std::size_t object_count = 0;                  // behind those: objects for which somebody has waited
  std::size_t count = 0;
  io_count io;
  bool io_known = false;
  seen_words seen;
  std::uint64_t told = 0;  // of whom the last report was

  atomic<void (*)(const livelock_report&)> callback{nullptr};  // relaxed
  atomic<bool> telling{false};
  std::size_t told_count = 0;  // of whoever tells, as are the next ones
  std::uint64_t told_ids[most_parties]{};
  const goroutine* told_records[most_parties]{};
};

round_watch& watch() noexcept {
  static constinit round_watch only;
  return only;
}

/// A function of the program, or a template of weft's, which may have one of the program's in it. The names of weft's
/// own functions begin with its namespace, and have no capital letter but what the mangling puts there; templates'
/// arguments begin with an I.
bool is_of_program(void* pc) noexcept {
  const symbol found = symbol_of(pc, naming::as_linked);
  const char* at = found.name;
  if (*at == '\0') return true;
  if (std::strncmp(at, "_ZN", 3) != 0) return true;
  at += 3;
  if (*at == 'K') ++at;
  if (std::strncmp(at, "4weft", 5) != 0) return true;
  while (*at >= '0' && *at <= '9') {
    std::size_t length = 0;
    for (; *at >= '0' && *at <= '9'; ++at) length = length * 10 + static_cast<std::size_t>(*at - '0');
    at += std::min(length, std::strlen(at));
  }
  return *at == 'I';
}

void begin_window(round_watch& w, nanoseconds time) noexcept {
  w.began = time;
  w.second = false;
  w.hopeless = false;
  w.count = 0;
  w.object_count = 0;
  std::fill(w.frames, w.frames + most_parties, variable{});
  const std::optional<io_count> io = count_io();
  w.io_known = io.has_value();
  if (w.io_known) w.io = *io;
  w.seen.begin(static_cast<std::uint64_t>(time), static_cast<std::uint64_t>(w.window));
}

party* party_in(round_watch& w, const goroutine& me, std::uint64_t id) noexcept {
  for (std::size_t i = 0; i < w.count; ++i) {
    if (w.parties[i].id == id) return &w.parties[i];
  }
  if (w.count == most_parties) return nullptr;
  w.parties[w.count] = {};
  w.parties[w.count].id = id;
  w.parties[w.count].record = &me;
  return &w.parties[w.count++];
}

/// Whether a wait for this is ended by nobody but other goroutines.
bool is_for_goroutines(wait_reason reason) noexcept {
  switch (reason) {
    case wait_reason::none:
    case wait_reason::sleep:
    case wait_reason::io_wait:
    case wait_reason::blocking_call:
    case wait_reason::other:
      return false;
    default:
      return true;
  }
}

/// Of those who have gone round nobody has been looked at too little; everybody else waits for other goroutines.
bool is_closed(round_watch& w) {
  for (std::size_t i = 0; i < w.count; ++i) {
    const party& p = w.parties[i];
    if (p.looks[1] != 0 && (p.looks[0] < enough_looks || p.looks[1] < enough_looks)) return false;
  }
  struct census {
    round_watch& w;
    bool closed = true;
    std::size_t round = 0;
  } all{w};
  for_each_goroutine(
      [](void* arg, goroutine& g) {
        auto& c = *static_cast<census*>(arg);
        const goroutine_state state = g.state.load(memory_order_relaxed);
        if (state == goroutine_state::abandoned) return;
        const std::uint64_t id = g.id.load(memory_order_relaxed);
        for (std::size_t i = 0; i < c.w.count; ++i) {
          if (c.w.parties[i].id != id || c.w.parties[i].looks[1] == 0) continue;
          ++c.round;
          return;
        }
        const bool waits = state == goroutine_state::waiting && !g.limited && !g.pinned.load(memory_order_relaxed) &&
                           is_for_goroutines(g.reason.load(memory_order_relaxed));
        c.closed = c.closed && waits;
      },
      &all);
  return all.closed && all.round != 0 && only_goroutines_act();
}

bool nothing_was_read_or_written(const round_watch& w) noexcept {
  if (!w.io_known) return false;
  const std::optional<io_count> io = count_io();
  return io.has_value() && io->reads == w.io.reads + 1 && io->writes == w.io.writes;  // 1: the question before
}

/// It has lasted long enough, and everybody who came by in it has been looked at enough; or it has lasted too long.
bool half_is_over(const round_watch& w, nanoseconds time) noexcept {
  if (time - w.began < w.window / 2) return false;
  if (w.hopeless || time - w.began > 5 * w.window) return true;
  return std::all_of(w.parties, w.parties + w.count, [&](const party& p) {
    const std::uint32_t looks = p.looks[w.second ? 1 : 0];
    return looks >= enough_looks || looks == 0 || p.last_turn < time - w.window / 2;
  });
}

/// The window is over. Whether those who have gone round are to be told about, who are kept then.
bool judge(round_watch& w) {
  if (w.hopeless || w.seen.changed() != 0 || !nothing_was_read_or_written(w) || !is_closed(w)) return false;
  std::uint64_t who = 0;
  for (std::size_t i = 0; i < w.count; ++i) {
    if (w.parties[i].looks[1] == 0) continue;
    who += w.parties[i].id * 0x9e3779b97f4a7c15;
  }
  bool nobody = false;
  if (who == w.told || !w.telling.compare_exchange_strong(nobody, true, memory_order_acquire)) return false;
  w.told = who;
  w.told_count = 0;
  for (std::size_t i = 0; i < w.count; ++i) {
    if (w.parties[i].looks[1] == 0) continue;
    w.told_ids[w.told_count] = w.parties[i].id;
    w.told_records[w.told_count++] = w.parties[i].record;
  }
  return true;
}

/// What `me` sees, under the lock.
void look(round_watch& w, goroutine& me, party& p, nanoseconds time) {
  if (time < p.next_look) return;
  p.next_look = time + w.window / looks_in_window;
  const caller_state at = state_of_caller(is_of_program);
  if (at.pc == nullptr || me.on_segment) {
    w.hopeless = true;
    return;
  }
  const std::byte* const low = me.self.bounds.low();
  w.frames[&p - w.parties] = {reinterpret_cast<std::uintptr_t>(low), static_cast<std::size_t>(at.sp - low)};
  const std::uint32_t before = p.looks[w.second ? 1 : 0]++;
  const bool far = before < looks_always_far || before % looks_between_far == 0;
  if (w.seen.look(me, at, static_cast<std::uint64_t>(time), !w.second, far,
                  {w.frames, most_parties + w.object_count}) != seen_words::answer::looked) {
    w.hopeless = true;
  }
}

/// What weft's own objects count, such as the phases of a barrier, is no progress.
void leave_out(round_watch& w, std::uintptr_t object) noexcept {
  variable* const first = w.frames + most_parties;
  const auto same = [&](const variable& each) { return each.address == object; };
  if (object == 0 || w.object_count == most_objects || std::any_of(first, first + w.object_count, same)) return;
  first[w.object_count++] = {object, object_size};
}

}  // namespace

void note_stop(goroutine& me, const waiter& who) noexcept {
  round_watch& w = watch();
  w.lock.lock();
  me.limited = who.contended;
  leave_out(w, reinterpret_cast<std::uintptr_t>(me.object.load(memory_order_relaxed)));
  const std::uint64_t id = me.id.load(memory_order_relaxed);
  bool known = !w.second;
  for (std::size_t i = 0; i < w.count && !known; ++i) known = w.parties[i].id == id;
  if (!known) w.hopeless = true;
  w.lock.unlock();
}

void note_news() noexcept {
  round_watch& w = watch();
  w.lock.lock();
  if (w.second) w.hopeless = true;
  w.lock.unlock();
}

void prepare_livelock() noexcept {
  const std::string_view asked = diag_setting("livelock");
  if (asked.empty()) return;
  long ms = 0;
  std::from_chars(asked.data(), asked.data() + asked.size(), ms);
  round_watch& w = watch();
  if (!w.seen.open()) return;
  w.window = ms > 0 ? std::max(nanoseconds{ms} * 1'000'000, shortest_window) : usual_window;
  profiles_on.fetch_or(profile_rounds, memory_order_relaxed);
}

}  // namespace detail

struct livelock_teller {
  static void tell(const detail::round_watch& w, detail::nanoseconds window) noexcept {
    using namespace detail;
    char text[600];
    std::size_t used = 0;
    const auto add = [&](const char* format, auto... arguments) {
      const int n = std::snprintf(text + used, sizeof text - used, format, arguments...);
      if (n > 0) used = std::min(used + static_cast<std::size_t>(n), sizeof text - 1);
    };
    constexpr std::size_t most_named = 8;
    for (std::size_t i = 0; i < std::min(w.told_count, most_named); ++i) {
      add("%sgoroutine %llu",
          i == 0                  ? ""
          : i + 1 == w.told_count ? " and "
                                  : ", ",
          static_cast<unsigned long long>(shown_id(w.told_ids[i])));
    }
    if (w.told_count > most_named) add(" and %zu others", w.told_count - most_named);
    add(" %s round in circles: for %lld ms there was no state that had not been before, and nobody else can act",
        w.told_count == 1 ? "goes" : "go", static_cast<long long>(window / 1'000'000));
    const livelock_report report({text, used}, w.told_count);
    if (auto* const callback = w.callback.load(memory_order_relaxed)) {
      callback(report);
      return;
    }
    write_text(2, "weft: livelock suspected: ");
    write_text(2, text);
    write_text(2, "\n");
    report.print(2);
    write_text(2, "\n");
  }
};

void livelock_report::print(int fd) const noexcept {
  using namespace detail;
  const round_watch& w = watch();
  const auto now_ms = static_cast<std::uint32_t>(now() / 1'000'000);
  for (std::size_t i = 0; i < w.told_count; ++i) {
    auto& g = const_cast<goroutine&>(*w.told_records[i]);
    if (g.id.load(memory_order_relaxed) == w.told_ids[i]) print_goroutine(fd, g, &g == current(), now_ms);
  }
}

namespace detail {

[[gnu::noinline]] void note_round(goroutine& me) noexcept {
  round_watch& w = watch();
  const nanoseconds time = now();
  bool tell = false;
  w.lock.lock();
  const nanoseconds window = w.window;
  if (window != 0) {
    if (w.began == 0) begin_window(w, time);
    if (half_is_over(w, time)) {
      const bool over = w.second || w.hopeless;
      tell = over && judge(w);
      if (over)
        begin_window(w, time);
      else
        w.second = true, w.began = time;
    }
    party* const p = w.hopeless ? nullptr : party_in(w, me, me.id.load(memory_order_relaxed));
    if (p == nullptr)
      w.hopeless = true;
    else {
      p->last_turn = time;
      look(w, me, *p, time);
    }
  }
  w.lock.unlock();
  if (!tell) return;
  livelock_teller::tell(w, window);
  w.telling.store(false, memory_order_release);  // pairs with the exchange in judge()
}

}  // namespace detail

void watch_livelocks(std::chrono::nanoseconds window) {
  using namespace detail;
  round_watch& w = watch();
  w.lock.lock();
  const bool on = window > std::chrono::nanoseconds::zero() && w.seen.open();
  w.window = on ? std::max(nanoseconds{window.count()}, shortest_window) : 0;
  w.began = 0;
  w.second = false;
  w.told = 0;
  w.lock.unlock();
  switch_profile(profile_rounds, on);
}

void on_livelock(void (*callback)(const livelock_report& report)) noexcept {
  detail::watch().callback.store(callback, detail::memory_order_relaxed);
}

}  // namespace weft
