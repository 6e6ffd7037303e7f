// SPDX-License-Identifier: Apache-2.0
//
// What becomes of the goroutines that are left when a run ends.
#pragma once

#include <cstdint>

#include "park/goroutine.hpp"

namespace weft::detail {

/// Gives up a goroutine that will not run again. Nothing of it is run: no destructor, no unwinding (reference S2).
/// Every other party of the run is at rest.
void abandon(goroutine& g) noexcept;

/// How many were given up so far. Who shares something among goroutines across runs, where a goroutine that is gone may
/// still hold a part of it, begins anew when this has changed.
[[nodiscard]] std::uint64_t abandoned_so_far() noexcept;

}  // namespace weft::detail
