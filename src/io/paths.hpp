// SPDX-License-Identifier: Apache-2.0
//
// Paths as the system takes them, and what it says of files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "weft/detail/bounded.hpp"
#include "weft/io/file.hpp"
#include "weft/result.hpp"

namespace weft::io {

/// The path with a zero at its end, or an error if it has one inside. `data()` is for requests, which do not write.
[[nodiscard]] result<std::string> system_path(std::string_view path);

[[nodiscard]] file_type type_of(std::uint32_t mode) noexcept;

/// statx: of the path, or of the descriptor if the path is empty (with AT_EMPTY_PATH).
[[nodiscard]] result<file_status> status_of(const detail::wait_limit& limit, int fd, std::string& path,
                                            std::uint32_t flags);

}  // namespace weft::io
