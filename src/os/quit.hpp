// SPDX-License-Identifier: Apache-2.0
//
// SIGQUIT (Ctrl-\) asks a program what it is doing, as in Go.
#pragma once

namespace weft::detail {

/// Calls on_quit() in a signal handler, on any thread, when SIGQUIT arrives. It must be async-signal-safe: set a flag,
/// wake a thread. Does nothing if the program has its own handler for SIGQUIT or ignores it.
void install_quit_handler(void (*on_quit)()) noexcept;

/// Does so again, if it was installed once, or would have been: for who has given SIGQUIT its default back.
void restore_quit_handler() noexcept;

}  // namespace weft::detail
