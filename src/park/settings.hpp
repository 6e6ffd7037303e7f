// SPDX-License-Identifier: Apache-2.0
//
// WEFT_DIAG and WEFT_DEBUG: what a user asks of diagnosis without changing the program. Words with commas between them,
// such as "deadlock=log,lockorder" or "schedtrace=1000".
#pragma once

#include <string_view>

namespace weft::detail {

/// What follows "key=" in WEFT_DIAG, or the key itself if it stands alone; empty if it is not there.
[[nodiscard]] std::string_view diag_setting(std::string_view key) noexcept;

/// The same in WEFT_DEBUG.
[[nodiscard]] std::string_view debug_setting(std::string_view key) noexcept;

}  // namespace weft::detail
