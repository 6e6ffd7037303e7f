// SPDX-License-Identifier: Apache-2.0
//
// WEFT_DIAG: what a user asks of diagnosis without changing the program. Words with commas between them, such as
// "deadlock=log,lockorder".
#pragma once

#include <string_view>

namespace weft::detail {

/// What follows "key=" in WEFT_DIAG, or the key itself if it stands alone; empty if it is not there.
[[nodiscard]] std::string_view diag_setting(std::string_view key) noexcept;

}  // namespace weft::detail
