// SPDX-License-Identifier: Apache-2.0
// floor 2
//
// Which of the two engines a program is linked with: for the few who must treat the world outside differently where
// one thread does everything and time is virtual. An operation on a file that goes on behind the back of the one thread
// would end at a moment that no seed determines; so under sim such an operation is done at once.
#pragma once

namespace weft::detail {

/// Whether the engine is sim.
[[nodiscard]] bool simulated() noexcept;

}  // namespace weft::detail
