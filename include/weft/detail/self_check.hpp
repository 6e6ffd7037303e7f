// SPDX-License-Identifier: Apache-2.0
// floor 0
//
// Whether the data structures above the waist look themselves over (check_invariants) after each step that leaves the
// fast path. The deterministic engine turns it on: there every interleaving is reproducible and time is cheap. The
// thread engine leaves it off.
#pragma once

namespace weft::detail {

/// Written before the first goroutine starts, never while goroutines run.
inline bool self_check = false;

}  // namespace weft::detail
