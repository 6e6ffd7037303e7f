// SPDX-License-Identifier: Apache-2.0
//
// What reading and writing report beside the errors of the system, as std::error_code of the category "weft.io".
//
//     weft::result<std::size_t> n = weft::io::read_full(file, header);
//     if (n.error() == weft::io::errc::unexpected_end) ...        // the file is shorter than a header
//
// The system's errors are std::error_code of the generic category, so that they compare with std::errc: a file that is
// not there is std::errc::no_such_file_or_directory. What gave up, or was closed, is weft::errc (weft/error.hpp).
#pragma once

#include <system_error>
#include <type_traits>

namespace weft::io {

enum class errc {
  unexpected_end = 1,  // the input ended before there was as much as was asked for (I2)
  too_long,            // more than the limit that the caller has set (I3)
  no_progress,         // a reader or writer breaks its contract: it says it did more than it was given
};

[[nodiscard]] const std::error_category& error_category() noexcept;

/// Found by argument-dependent lookup: a weft::io::errc converts to std::error_code.
[[nodiscard]] inline std::error_code make_error_code(errc reason) noexcept {
  return {static_cast<int>(reason), error_category()};
}

}  // namespace weft::io

template <>
struct std::is_error_code_enum<weft::io::errc> : std::true_type {};
