// SPDX-License-Identifier: Apache-2.0
#include "weft/detail/simulated.hpp"

namespace weft::detail {

bool simulated() noexcept { return false; }

}  // namespace weft::detail
