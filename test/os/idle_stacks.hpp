// SPDX-License-Identifier: Apache-2.0
//
// Getting past the stacks that earlier tests have given back.
#pragma once

#include <vector>

#include "os/fault.hpp"
#include "os/stack.hpp"

namespace weft::test {

/// Takes all stacks that have been used before, so that the next one taken is fresh.
inline std::vector<detail::stack> take_idle_stacks() {
  detail::set_fault(detail::fault::stack, 0);
  std::vector<detail::stack> taken(detail::stack_report().reserved + 1);
  taken.resize(detail::take_stacks(taken.data(), taken.size()));
  detail::set_fault(detail::fault::stack, -1);
  return taken;
}

}  // namespace weft::test
