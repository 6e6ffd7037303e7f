// SPDX-License-Identifier: Apache-2.0
//
// What a goroutine in a select without a limit waits for: the object of its wait (park.hpp), on its stack. A select
// that may give up, or has timers among its channels, has none.
#pragma once

#include <cstddef>

namespace weft::detail {

class channel_core;

struct select_wait {
  const channel_core* const* channels;  // each once
  std::size_t count;
};

}  // namespace weft::detail
