// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace weft::detail {

/// Listens if WEFT_CONTROL=1 asks for it; what does not work is told on standard error. Called once, when the runtime
/// starts in a process.
void listen_if_asked() noexcept;

}  // namespace weft::detail
