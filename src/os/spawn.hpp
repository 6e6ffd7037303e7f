// SPDX-License-Identifier: Apache-2.0
//
// Child processes: starting one, and learning of its end by a descriptor (pidfd, Linux 5.4).
#pragma once

#include <cstdint>

namespace weft::detail {

struct spawn_request {
  const char* program = nullptr;       // looked for in PATH if it has no slash
  char* const* arguments = nullptr;    // ends with null
  char* const* environment = nullptr;  // ends with null; null: ours
  const char* directory = nullptr;     // null: ours
  int standard[3] = {-1, -1, -1};      // what its 0, 1 and 2 will be; -1: ours
};

struct spawned {
  int id = -1;
  int pidfd = -1;  // closed on exec
};

/// How a child has ended.
struct ending {
  bool by_signal = false;
  int value = 0;  // the exit status, or the signal's number
};

/// Starts it, with no signal held back, SIGPIPE as usual, and no descriptor of ours but the three. Blocks until the
/// program runs or cannot. 0 or an errno: also those of the child, such as ENOENT if there is no such program.
[[nodiscard]] int spawn(const spawn_request& request, spawned& out) noexcept;

/// Collects a child that has ended, so that nothing is left of it. 0 if it still runs, 1 if it is done, or -errno:
/// ECHILD if somebody else has collected it.
[[nodiscard]] int collect(int pidfd, ending& out) noexcept;

/// 0 or an errno: ESRCH if it has ended.
[[nodiscard]] int signal_child(int pidfd, int number) noexcept;

}  // namespace weft::detail
