// SPDX-License-Identifier: Apache-2.0
//
// The part of the waist for what comes from outside at any instruction: signals. Both engines define it.
//
// An interrupt is one bit: somebody outside wants to be heard. The engine calls attend() soon after it, on a thread of
// its own, however many interrupts there were, and once more if another came meanwhile.
#pragma once

namespace weft::detail {

/// From now on each interrupt() is followed by a call of attend(), which must not block. Starts the runtime if need be.
/// Always with the same function.
void prepare_interrupts(void (*attend)());

/// Whether a program in which everybody sleeps may be waiting for an interrupt, and so is not deadlocked.
void expect_interrupts(bool expected) noexcept;

/// Async-signal-safe; any thread.
void interrupt() noexcept;

}  // namespace weft::detail
