// SPDX-License-Identifier: Apache-2.0
//
// Where an object was made, if that was noted (weft/detail/made.hpp).
#pragma once

#include "weft/detail/made.hpp"

namespace weft::detail {

/// "server.cpp", 41; line 0: not known.
[[nodiscard]] site made_at(const void* object) noexcept;

/// ", made at server.cpp:41", or nothing.
struct made_text {
  char text[256];
  explicit made_text(const void* object) noexcept;
};

}  // namespace weft::detail
