// SPDX-License-Identifier: Apache-2.0
//
// A call that continues on another stack: how recursion in a goroutine goes on when its stack is nearly used up.
#pragma once

#include "os/fiber.hpp"

namespace weft::detail {

/// Calls f(arg) on `segment` and returns when it returns. `self` is the fiber that calls; while f runs, self.bounds is
/// the segment, so that f may switch fibers. Exceptions that f throws pass through. Debuggers and walks along frame
/// pointers see f's caller behind f.
void call_on_stack(fiber& self, const stack& segment, void (*f)(void* arg), void* arg);

}  // namespace weft::detail
