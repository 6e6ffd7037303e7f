// SPDX-License-Identifier: Apache-2.0
//
// Who runs for long on end; see hogs.cpp. For the watchdog, which is one thread.
#pragma once

#include "sched/engine.hpp"

namespace weft::detail {

/// A worker that runs a goroutine has not switched since `since`, when its count of switches was `slice`.
void watch_slice(const worker& w, std::uint32_t slice, nanoseconds since, nanoseconds time) noexcept;

/// At each look: whether the longest slice so far still goes on.
void watch_longest_slice(nanoseconds time) noexcept;

}  // namespace weft::detail
