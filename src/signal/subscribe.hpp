// SPDX-License-Identifier: Apache-2.0
//
// Between signals.cpp, which knows who is told of signals, and notify_context.cpp, whose contexts end when told.
#pragma once

#include <initializer_list>

#include "weft/chan.hpp"
#include "weft/context.hpp"

namespace weft::signals {

/// notify(as, numbers), but what comes ends the context instead of being sent. `as` is the name for stop().
void subscribe(const sender<int>& as, const context& ends, std::initializer_list<int> numbers);

/// Ends the context with a cause that names the signal.
void end_with(const context& ctx, int number);

}  // namespace weft::signals
