// SPDX-License-Identifier: Apache-2.0
//
// What becomes of the goroutines that are left when a run ends.
#pragma once

#include "park/goroutine.hpp"

namespace weft::detail {

/// Gives up a goroutine that will not run again. Nothing of it is run: no destructor, no unwinding (reference S2).
/// Every other party of the run is at rest.
void abandon(goroutine& g) noexcept;

}  // namespace weft::detail
