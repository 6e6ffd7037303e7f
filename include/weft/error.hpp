// SPDX-License-Identifier: Apache-2.0
//
// Why an operation gave up, as std::error_code of the category "weft".
//
//     weft::result<std::optional<int>> n = numbers.recv_for(50ms);
//     if (n.error() == weft::errc::timed_out) ...
//
// Every operation that blocks has, beside its plain form, one that takes a context and ones that take a duration
// (`_for`) or a moment (`_until`). These return a result: what the plain form returns, or one of the reasons below.
//
// The codes also compare equal to the portable conditions std::errc::operation_canceled, std::errc::timed_out and, for
// closed, std::errc::bad_file_descriptor.
#pragma once

#include <system_error>
#include <type_traits>

namespace weft {

enum class errc {
  cancelled = 1,  // the context was cancelled: "context canceled" (X2)
  timed_out = 2,  // the deadline, of the call or of its context, has passed: "context deadline exceeded" (X3)
  closed = 3,     // what was to be used has been closed: "use of closed network connection or file" (N4)
};

[[nodiscard]] const std::error_category& error_category() noexcept;

/// Found by argument-dependent lookup: a weft::errc converts to std::error_code.
[[nodiscard]] inline std::error_code make_error_code(errc reason) noexcept {
  return {static_cast<int>(reason), error_category()};
}

}  // namespace weft

template <>
struct std::is_error_code_enum<weft::errc> : std::true_type {};
