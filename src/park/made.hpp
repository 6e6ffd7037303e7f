// SPDX-License-Identifier: Apache-2.0
//
// Where an object was made, if that was noted (weft/detail/made.hpp).
#pragma once

#include "weft/detail/made.hpp"
#include "weft/detail/waiter.hpp"

namespace weft::detail {

/// "server.cpp", 41; line 0: not known. `waited_for` says what kind of object it is: not all are noted, and at the
/// address of one that is not there may have been another.
[[nodiscard]] site made_at(const void* object, wait_reason waited_for) noexcept;

/// ", made at server.cpp:41", or nothing.
struct made_text {
  char text[256];
  made_text(const void* object, wait_reason waited_for) noexcept;
};

}  // namespace weft::detail
