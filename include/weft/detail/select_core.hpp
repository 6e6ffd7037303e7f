// SPDX-License-Identifier: Apache-2.0
// floor 4
//
// Select without types: which of several channel operations happens. The templates in weft/select.hpp and
// weft/selector.hpp describe their cases as an array of select_case, call choose(), and run the handler of the case
// chosen. How it works and why it is right: src/chan/select_core.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "weft/detail/channel_core.hpp"

namespace weft::detail {

/// One case. All of it belongs to the caller of choose and does not change during the call, except what `slot` names.
struct select_case {
  channel_core* channel;  // null: never ready (L5)
  void* slot;             // sends: a T*, moved from if the case is chosen; receives: an empty std::optional<T>*
  bool sends;

  using look = channel_core::look;

  /// `Careful`: asks timed channels, too, and never says `timed`.
  template <bool Careful>
  [[nodiscard]] look look_at(std::uint64_t& sum) const noexcept {
    if (channel == nullptr) return look::idle;
    if (sends) return channel->can_send(sum) ? look::ready : look::idle;
    if constexpr (Careful) return channel->can_recv(sum) ? look::ready : look::idle;
    return channel->look_recv(sum);
  }

  /// Lock held: exact.
  [[nodiscard]] bool ready_locked() const noexcept {
    if (channel == nullptr) return false;
    std::uint64_t ignored = 0;
    return sends ? channel->can_send(ignored) : channel->can_recv_locked();
  }

  /// Lock held; see channel_type.
  [[nodiscard]] bool attempt() const {
    return sends ? channel->type().attempt_send(*channel, slot) : channel->type().attempt_recv(*channel, slot);
  }
};

inline constexpr std::size_t no_case = ~std::size_t{0};
inline constexpr std::size_t most_cases = 65536;  // L8

/// An index below `count`, all equally likely up to count / 2^32. `count` is at most 2^32.
[[nodiscard]] inline std::size_t draw_below(std::size_t count) noexcept {
  return static_cast<std::size_t>(((draw() >> 32) * count) >> 32);
}

/// Room for as many as there are cases: for the nodes of a select that waits, and for the channels to lock.
struct select_space {
  wait_node* nodes;  // raw memory
  channel_core** channels;
};

/// Locks all channels of the cases. Runs one case that is ready, or returns no_case if none is and `may_block` is
/// false, or waits. Returns the index of the case.
[[nodiscard]] std::size_t choose_locked(std::span<const select_case> cases, select_space space, bool may_block);

/// The same until the limit: completed, with the index in `chosen`, or given up.
[[nodiscard]] wait_end choose_locked(std::span<const select_case> cases, select_space space, const wait_limit& limit,
                                     std::size_t& chosen);

/// choose_at_a_look for selects with timed channels, which gives `chosen`, or `undecided`. (Not through a reference:
/// then the variable would live in memory for all selects.)
[[nodiscard]] std::size_t choose_at_a_timed_look(std::span<const select_case> cases, bool may_block);
inline constexpr std::size_t undecided = no_case - 1;

/// For a select that does not wait: none of its cases could go on.
void note_missed_by(std::span<const select_case> cases) noexcept;

template <bool Careful>
[[nodiscard]] inline bool choose_at_this_look(std::span<const select_case> cases, bool may_block, std::size_t& chosen) {
  using look = channel_core::look;
  std::uint64_t seen = 0;
  std::size_t count = 0;
  std::size_t pick = no_case;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const look found = cases[i].look_at<Careful>(seen);
    if (found == look::idle) continue;
    if constexpr (!Careful) {
      if (found == look::timed) [[unlikely]] {
        chosen = choose_at_a_timed_look(cases, may_block);
        return chosen != undecided;
      }
    }
    if (count++ == 0) pick = i;
  }
  if (count == 0) {
    if (may_block) return false;
    std::uint64_t again = 0;
    for (const select_case& c : cases) static_cast<void>(c.look_at<Careful>(again));
    chosen = no_case;
    if (seen == again && attempts_are_noted()) [[unlikely]]
      note_missed_by(cases);
    return seen == again;  // then none was ready at one instant: see channel_core.hpp
  }
  if (count > 1) {
    std::size_t skip = draw_below(count);
    for (std::size_t i = pick; i < cases.size(); ++i) {
      std::uint64_t ignored = 0;
      if (cases[i].look_at<Careful>(ignored) == look::idle) continue;
      pick = i;
      if (skip-- == 0) break;
    }
  }
  cases[pick].channel->lock();
  chosen = pick;
  if (cases[pick].attempt()) return true;
  cases[pick].channel->unlock();
  return false;
}

/// The lock-free half, for the common cases: something is ready, or nothing is and nobody will wait. Returns true when
/// it has decided; `chosen` is then the case that ran, or no_case.
[[nodiscard]] inline bool choose_at_a_look(std::span<const select_case> cases, bool may_block, std::size_t& chosen) {
  return choose_at_this_look<false>(cases, may_block, chosen);
}

template <std::size_t N>
__attribute__((noinline)) std::size_t choose_slowly(const select_case (&cases)[N], bool may_block) {
  static_assert(std::is_trivially_destructible_v<wait_node>);
  alignas(wait_node) std::byte nodes[N * sizeof(wait_node)];
  channel_core* channels[N];
  return choose_locked(cases, {reinterpret_cast<wait_node*>(nodes), channels}, may_block);
}

/// Select over a number of cases known when compiled, until the limit.
template <std::size_t N>
[[nodiscard]] __attribute__((noinline)) wait_end choose_within(const select_case (&cases)[N], const wait_limit& limit,
                                                               std::size_t& chosen) {
  if (limit.called_off()) return wait_end::cancelled;
  if (choose_at_a_look(cases, true, chosen)) return wait_end::completed;
  alignas(wait_node) std::byte nodes[N * sizeof(wait_node)];
  channel_core* channels[N];
  return choose_locked(cases, {reinterpret_cast<wait_node*>(nodes), channels}, limit, chosen);
}

/// Select over a number of cases known when compiled.
template <std::size_t N>
[[nodiscard]] std::size_t choose(const select_case (&cases)[N], bool may_block) {
  std::size_t chosen;
  if (choose_at_a_look(cases, may_block, chosen)) return chosen;
  return choose_slowly(cases, may_block);
}

}  // namespace weft::detail
