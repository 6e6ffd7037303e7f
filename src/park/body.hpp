// SPDX-License-Identifier: Apache-2.0
//
// What an engine calls at the two ends of a goroutine's life.
#pragma once

#include "park/goroutine.hpp"

namespace weft::detail {

/// Runs the goroutine's callable to its end, or to goexit. Called on the goroutine's own stack.
void run_body(goroutine& g);

/// Makes the callable one that resumes the coroutine at `address`.
void resume_coroutine_in(closure& body, void* address) noexcept;

/// Makes std::terminate on a goroutine a panic with the exception's name. Idempotent; called once at start.
void install_terminate_handler() noexcept;

}  // namespace weft::detail
