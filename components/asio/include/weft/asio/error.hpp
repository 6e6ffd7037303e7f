// SPDX-License-Identifier: Apache-2.0
//
// The two vocabularies of errors, each said in the other.
//
//     weft                                   Boost
//     read returns 0 (see stream.hpp)        asio::error::eof
//     errc::cancelled                        asio::error::operation_aborted
//     errc::timed_out                        asio::error::timed_out
//     errc::closed                           asio::error::bad_descriptor
//     io::errc::unexpected_end               asio::error::eof
//     std::errc (connection_reset, ...)      the same number in boost::system::system_category(), where Asio has
//                                            its connection_reset, broken_pipe and so on
//     every other code                       itself, wrapped: category, number and text are kept
//
// In the other direction the same lines hold, from right to left; eof becomes io::errc::unexpected_end, because who
// asks for a code there has missed something. Two pairs fall together: a deadline and the system's ETIMEDOUT, and a
// closed stream and the system's EBADF; both compare equal to the same std::errc anyway.
//
// Neither allocates or throws.
#pragma once

#include <boost/system/error_code.hpp>
#include <system_error>

namespace weft::asio {

/// What Boost's libraries understand by `error`; no error is no error (H1.2).
[[nodiscard]] boost::system::error_code to_boost(const std::error_code& error) noexcept;

/// What weft understands by `error`.
[[nodiscard]] std::error_code from_boost(const boost::system::error_code& error) noexcept;

}  // namespace weft::asio
