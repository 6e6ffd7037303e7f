// SPDX-License-Identifier: Apache-2.0
//
// For the tests of bounded waits: something that calls them off, and how they ended in short.
#pragma once

#include <string>
#include <system_error>

#include "styles.hpp"

namespace weft::test {

/// What a context is to the floors below it.
struct caller_off {
  detail::canceller by;
  operator detail::wait_limit() noexcept { return {.by = &by}; }  // as weft::context does
  void cancel() { by.cancel(errc::cancelled); }
};

/// "ok", "cancelled" or "timed out".
inline std::string how(std::error_code error) {
  if (error == errc::cancelled) return "cancelled";
  if (error == errc::timed_out) return "timed out";
  return error ? "something else" : "ok";
}

template <class T>
std::string how(const result<T>& r) {
  return how(r.error());
}

}  // namespace weft::test
