// SPDX-License-Identifier: Apache-2.0
//
// Goroutines counted by what they are: started where, waiting why, and where. A program that has left a hundred
// thousand goroutines behind has left three kinds.
#pragma once

#include <cstdint>
#include <vector>

#include "park/goroutine.hpp"
#include "weft/leaks.hpp"

namespace weft::detail {

/// Those for which `wanted` returns true, alike ones together, the most numerous first. Times are measured from
/// `now_ms`. Looks at a running program as it is at the moment (dump.hpp).
[[nodiscard]] std::vector<leak> group_goroutines(bool (*wanted)(void* arg, const goroutine& g), void* arg,
                                                 std::uint32_t now_ms);

/// What is left at the end of a run, to standard error, if `asked` or WEFT_DIAG=leaks says so; as JSON with leaks=json.
void report_left(bool asked, std::uint32_t now_ms);

}  // namespace weft::detail
