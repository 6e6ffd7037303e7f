// SPDX-License-Identifier: Apache-2.0
//
// The words of deadlock reports, for all their forms.
#pragma once

#include "park/wait_graph.hpp"

namespace weft::detail {

/// "goroutine 7" or "thread 2".
struct party_text {
  char text[40];
  explicit party_text(party_number who) noexcept;
};

/// What a party has of the object for which the other waits, after "goroutine 7 waits for mutex 0x1234".
[[nodiscard]] const char* relation(const blocked_party& waiting) noexcept;

}  // namespace weft::detail
