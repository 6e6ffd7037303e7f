// SPDX-License-Identifier: Apache-2.0
//
// Moments as HTTP writes them: "Sun, 06 Nov 1994 08:49:37 GMT".
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace weft::http {

[[nodiscard]] std::string date_text(std::time_t when);

/// Nothing if it is not of that form.
[[nodiscard]] std::optional<std::time_t> date_in(std::string_view text);

}  // namespace weft::http
