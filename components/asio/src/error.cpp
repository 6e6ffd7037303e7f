// SPDX-License-Identifier: Apache-2.0
//
// weft keeps the system's errors in the generic category, Asio in the system category: the numbers are the same.
#include "weft/asio/error.hpp"

#include <boost/asio/error.hpp>

#include "weft/error.hpp"
#include "weft/io/error.hpp"

namespace weft::asio {
namespace {

namespace error = boost::asio::error;

}  // namespace

boost::system::error_code to_boost(const std::error_code& from) noexcept {
  if (!from) return {};
  if (from.category() == std::generic_category() || from.category() == std::system_category()) {
    return {from.value(), boost::system::system_category()};
  }
  if (from == errc::cancelled) return error::operation_aborted;
  if (from == errc::timed_out) return error::timed_out;
  if (from == errc::closed) return error::bad_descriptor;
  if (from == io::errc::unexpected_end) return error::eof;
  return from;
}

std::error_code from_boost(const boost::system::error_code& from) noexcept {
  if (!from.failed()) return {};
  if (from == error::operation_aborted) return errc::cancelled;
  if (from == error::timed_out) return errc::timed_out;
  if (from == error::bad_descriptor) return errc::closed;
  if (from == error::eof) return io::errc::unexpected_end;
  if (from.category() == boost::system::system_category() || from.category() == boost::system::generic_category()) {
    return {from.value(), std::generic_category()};
  }
  return from;
}

}  // namespace weft::asio
