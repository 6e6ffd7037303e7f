// SPDX-License-Identifier: Apache-2.0
//
// Lets the command `weft` (tools/weft) ask this process what it does, while it runs, computes or hangs.
//
//     WEFT_CONTROL=1 ./server         # or, in the program: weft::control::listen();
//     weft ps                         # who listens
//     weft stack PID                  # all its goroutines
//
// A library that opens sockets by itself would be a surprise, so nothing is done unless the environment or the program
// asks for it. Then there is a Unix socket, in $XDG_RUNTIME_DIR/weft or /tmp/weft-UID, which only the same user and
// root may use, and a thread that serves it. The thread needs no worker and no lock of the program: it answers also
// when all workers compute or every goroutine waits (TL1). It does not count as a thread that could dissolve a deadlock
// (D1).
//
// A forked child does not listen. The socket's name goes when the process ends by exit or a return from main, and else
// when somebody lists processes.
#pragma once

#include <string>

#include "weft/result.hpp"

namespace weft::control {

/// Listens from now on, and returns the path of the socket; again, if it does so already. Errors: what the system says
/// when the folder or the socket cannot be made, EPERM if the folder is not ours alone. From any thread.
result<std::string> listen();

}  // namespace weft::control
