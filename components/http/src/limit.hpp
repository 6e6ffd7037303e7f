// SPDX-License-Identifier: Apache-2.0
//
// How long an operation of the server may take, and who calls it off.
#pragma once

#include <chrono>

#include "weft/clock.hpp"
#include "weft/context.hpp"
#include "weft/http/transport.hpp"

namespace weft::http {

/// Until `by` ends, or `longest` from now; nanoseconds::max() is for ever. `by` must outlive the operation.
[[nodiscard]] inline transport::limit limit_of(const context& by, std::chrono::nanoseconds longest) {
  transport::limit made = by;
  if (longest != std::chrono::nanoseconds::max()) made.until = detail::within(longest).until;
  return made;
}

}  // namespace weft::http
