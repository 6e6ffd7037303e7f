// SPDX-License-Identifier: Apache-2.0
//
// What the hot paths count and measure, and how little that costs.
//
// Counts. A token has plain words of its own, next to what a switch touches anyway; whoever holds the token and is
// inside its lock adds to them, one instruction each. They are copied to the token's lane of the statistics page when
// the worker looks up from its queue: every 61 switches, and before it rests.
//
// Waits and latencies. A clock read at each park would cost as much as the switch. Instead
//   1. a wait is timed when the one who parks does not find the next goroutine at once, so that the worker leaves the
//      fast path anyway. If that is because nothing is queued, it stands for itself; if it is time to look up, one in
//      four is taken, and stands for the 244 switches since the last (of more frequent looks, as many fewer). Its
//      waiter is marked by a kind of its own, which ready() notices by the comparison that it makes anyway, and notes
//      the moment in a word that only foreign threads need;
//   2. a wait of `long_wait` or more is noticed by ready() whatever it was, from the coarse clock that park has noted
//      for dumps, and stands for itself. A timed one that is as long does, too.
// So each wait has one way to be counted, with the inverse of its probability, and no long one is missed.
// From ready() to the moment it runs again is the latency of the run queue; that of yields is measured likewise.
//
// Rejected: the time-stamp counter (not the same on all machines, and 20 cycles at each switch), and a clock read at
// every 61st switch (2 % of a yield).
//
// Memory ordering: waiter::awake is relaxed: it travels with the waiter. A lane's counters are relaxed, written by
// whoever is inside the token's lock.
#pragma once

#include "os/add_alone.hpp"
#include "os/clock.hpp"
#include "park/measured.hpp"
#include "park/stats.hpp"
#include "sched/engine.hpp"

namespace weft::detail {

/// The kinds of waiters that are timed: one that stands for itself, and one that stands for many.
inline constexpr auto timed_alone = static_cast<waiter_kind>(100);
inline constexpr auto timed_for_many = static_cast<waiter_kind>(101);

inline constexpr std::uint32_t looks_per_sample = 4;
inline constexpr std::uint32_t many = look_pace::longest * looks_per_sample;
inline constexpr std::uint32_t long_wait = 4;  // ms: two usual steps of the coarse clock

/// Brings a token's counts to its lane. Inside the token lock.
inline void publish_counts(token& t) noexcept {
  const auto put = [&t](stats_counter what, std::uint64_t value) {
    t.lane->counters[static_cast<std::size_t>(what)].store(value, memory_order_relaxed);
  };
  put(stats_counter::turns, t.counts.turns);
  put(stats_counter::parks, t.counts.parks);
  put(stats_counter::yields, t.counts.yields);
  put(stats_counter::starts, t.counts.starts);
  put(stats_counter::ends, t.counts.ends);
}

/// For who is inside the token lock, or on the worker's own stack with the token.
inline void count_here(token& t, stats_counter what, std::uint64_t n = 1) noexcept { count_alone(*t.lane, what, n); }

/// The lane of the calling thread: for what is counted by read-modify-write.
[[nodiscard]] inline stats_lane& lane_here(const worker* w) noexcept {
  const token* const t = w != nullptr ? w->held.load(memory_order_relaxed) : nullptr;
  return t != nullptr ? *t->lane : lane_of_others();
}

/// For how many events the one stands that leaves the fast path now; 0: it is not to be timed. Inside the token lock.
[[nodiscard]] inline std::uint32_t sample_weight(const worker& w, token& t) noexcept {
  if (!measured) return 0;
  if (w.attention.load(memory_order_relaxed) || t.until_look_up != 0 || t.queue.size() == 0) return 1;
  constexpr std::uint32_t golden = 0x9e3779b9;  // so that the one in four meets no period of a program's
  constexpr std::uint32_t part = (1u << 30) / look_pace::longest;
  return ++t.counts.looks * golden < part * t.pace.interval() ? many : 0;
}

/// Whether the goroutine, which is about to be made ready, has waited for long, or is abandoned. (When the clock goes
/// round, after 49 days, some waits are missed.)
[[nodiscard, gnu::always_inline]] inline bool has_waited_long(const goroutine& g) noexcept {
  return g.since_ms.load(memory_order_relaxed) <= the.long_ago_ms.load(memory_order_relaxed);
}

/// Whether ready() cannot take the short way: the one look at which a wait that was long and an abandoned goroutine are
/// noticed.
[[nodiscard, gnu::always_inline]] inline bool wants_a_closer_look(const goroutine& g) noexcept {
  return measured ? has_waited_long(g) : is_abandoned(g);
}

/// Moments of timed waiters, which are kept in waiter::awake: of 16 ns, going round in 68 s.
[[nodiscard]] inline std::uint32_t moment_now() noexcept { return static_cast<std::uint32_t>(monotonic_ns() >> 4); }
[[nodiscard]] inline nanoseconds since_moment(std::uint32_t moment) noexcept {
  return nanoseconds{moment_now() - moment} << 4;
}

// waits.cpp
/// By ready(), of one that was timed, and of one that has waited long.
void note_timed_ready(waiter& who) noexcept;
void note_long_wait(const goroutine& g) noexcept;
/// It runs again: since which moment it could, and for how many it stands.
void note_latency(std::uint32_t since, std::uint32_t weight) noexcept;

}  // namespace weft::detail
