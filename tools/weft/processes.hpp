// SPDX-License-Identifier: Apache-2.0
//
// Which processes have weft in them. Two things tell: the statistics page, an open memfd of a name that is its own, and
// the control socket (weft/control.hpp). Both are found without touching the process. Of other users one sees what
// /proc shows, which for anybody but root is nothing.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace weft_tool {

struct process {
  pid_t pid = 0;
  uid_t uid = 0;
  std::uint64_t own_number = 0;  // which it has for itself, in a container perhaps; 0: not known
  std::string name;              // as /proc says
  std::string page;              // "/proc/7/fd/5", or empty
  std::string socket;            // "/tmp/weft-1000/7.sock", or empty
};

/// A text of another process, so that it cannot give orders to the terminal: control characters become question marks,
/// but for ends of lines if it has any.
std::string printable(std::string text, bool has_lines = false);

/// What there is of it, whether or not weft is in it. False: there is no such process.
bool look_up(pid_t pid, process& found);

/// All with a page or a socket, by number. Sockets of processes that are gone are removed, if they are ours.
std::vector<process> all_processes();

}  // namespace weft_tool
