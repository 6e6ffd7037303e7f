// SPDX-License-Identifier: Apache-2.0
//
// The edges there are (wait_edge.hpp), and the search for a cycle through one of them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "park/goroutine.hpp"
#include "weft/detail/wait_edge.hpp"

namespace weft::detail {

/// One party of a cycle and what it waits for; the party after it, or the first after the last, is the one that has it.
struct blocked_party {
  party_number who = nobody_known;
  goroutine* record = nullptr;  // null: a foreign thread
  const void* object = nullptr;
  std::uint64_t edge = 0;
  std::uint32_t from = 0;  // during the search: the party that waits for this one
  wait_reason reason = wait_reason::none;
  wait_target target = wait_target::owner;
};

/// How many parties of a cycle are remembered; the rest are counted only.
inline constexpr std::size_t most_told = 64;

struct wait_cycle {
  blocked_party parties[most_told];
  std::size_t told = 0;
  std::size_t length = 0;

  /// Whether nobody else could dissolve it: a lock may be unlocked by another than locked it (M1), and done() called
  /// by anybody.
  [[nodiscard]] bool certain() const noexcept;
};

/// Whether `start`, whose edge is listed, waits for itself, and on which way; `found` may be null. Exact when it says
/// so: then all of the cycle's parties wait at this moment, and for each other. No lock of a shelf held.
[[nodiscard]] bool find_cycle(party_number start, wait_cycle* found) noexcept;

/// Calls visit(arg, begin, size) for the memory in which edges are listed and remembered: nobody is woken by it.
void for_each_graph_memory(void (*visit)(void* arg, const void* begin, std::size_t size), void* arg);

}  // namespace weft::detail
