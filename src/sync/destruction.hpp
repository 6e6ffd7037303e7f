// SPDX-License-Identifier: Apache-2.0
//
// What the destructors of sync must know: whether the process is ending.
#pragma once

namespace weft::detail {

/// Called before somebody waits: from then on the beginning of the process's end is noticed.
void watch_for_exit() noexcept;

}  // namespace weft::detail
