// SPDX-License-Identifier: Apache-2.0
// floor 5
//
// Which goroutines belong to which groups, so that one that waits for itself learns of it.
//
// A goroutine of a group is entered in a table, under the address of its record and its number, from its first step to
// its last. A group remembers who has made it. So from a goroutine one gets to its group, to the goroutine that made
// that, to its group, and so on: if a group is met that way, waiting for it means waiting for oneself.
//
// A member is on the heap, together with the function of its goroutine, and not on the goroutine's stack: a stack that
// run() has left behind may be used again, and the table would lead into it.
#pragma once

#include <cstdint>

#include "weft/detail/park.hpp"

namespace weft::detail {

class group_core;

/// A goroutine, also after its record has been given to another.
struct goroutine_name {
  const goroutine* who = nullptr;
  std::uint64_t id = 0;

  /// The caller; empty on a thread that is no goroutine.
  [[nodiscard]] static goroutine_name of_caller() noexcept {
    const goroutine* const me = current();
    return {me, id_of(me)};
  }

  friend bool operator==(const goroutine_name&, const goroutine_name&) = default;
};

class group_member {
 public:
  explicit group_member(group_core& group) noexcept : group_(group) {}
  group_member(const group_member&) = delete;
  group_member& operator=(const group_member&) = delete;

  /// Strikes it out again.
  ~group_member();

  /// Enters the calling goroutine. Once.
  void enrol() noexcept;

  [[nodiscard]] group_core& group() const noexcept { return group_; }

  /// Whether the calling goroutine belongs to the group, or to one that was made by a goroutine that does, and so on.
  [[nodiscard]] static bool caller_is_in(const group_core& group) noexcept;

 private:
  group_core& group_;
  group_member* next_ = nullptr;   // in the table; under a lock of its
  group_member** link_ = nullptr;  // what points to this
  goroutine_name name_;            // none before enrol()
  goroutine_name maker_;           // of the group; a copy, because the group may be gone when a chain is followed
};

}  // namespace weft::detail
