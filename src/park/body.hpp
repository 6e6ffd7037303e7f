// SPDX-License-Identifier: Apache-2.0
//
// What an engine calls at the two ends of a goroutine's life.
#pragma once

#include "park/goroutine.hpp"

namespace weft::detail {

/// Runs the goroutine's callable to its end, or to goexit. Called on the goroutine's own stack. It has a section to
/// itself, by which dump.cpp knows its frame: below it are the engine's, and a compiler may call it at two places.
void run_body(goroutine& g);

/// Tells ThreadSanitizer of a goroutine that is to run, under the name that its reports give it. Called by its starter,
/// and again when it has a stack.
inline void introduce([[maybe_unused]] goroutine& g) noexcept {
  if constexpr (tsan_on) {
    announce_fiber_early(g.self.notes);
    name_fiber(g.self.notes, id_of(&g), g.label, g.file, g.line);
  }
}

/// Makes the callable one that resumes the coroutine at `address`.
void resume_coroutine_in(closure& body, void* address) noexcept;

/// Makes std::terminate on a goroutine a panic with the exception's name. Idempotent; called once at start.
void install_terminate_handler() noexcept;

}  // namespace weft::detail
