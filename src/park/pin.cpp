// SPDX-License-Identifier: Apache-2.0
#include "weft/pin.hpp"

#include "weft/detail/panic.hpp"
#include "weft/detail/park.hpp"

namespace weft {

pin::pin() noexcept : owner_(detail::current()) { detail::pin_here(); }

pin::~pin() {
  if (detail::current() != owner_) detail::panic("weft: a pin is destroyed by the goroutine that made it");
  detail::unpin_here();
}

}  // namespace weft
