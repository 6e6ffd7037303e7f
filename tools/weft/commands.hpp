// SPDX-License-Identifier: Apache-2.0
//
// The commands of `weft`. Each returns the exit status: 0, or 1 with a sentence on standard error.
#pragma once

#include <sys/types.h>

#include <string>

#include "processes.hpp"

namespace weft_tool {

/// A table of the processes with weft in them.
int ps();

/// What a process does, again and again until interrupted, or once.
int top(pid_t pid, double seconds, bool once);

/// All goroutines of a process.
int stack(pid_t pid);

/// The flight recorder of a process, into a file.
int trace(pid_t pid, const std::string& file);

/// What this machine offers and what limits it sets; with a number, also what was chosen in that process.
int doctor(pid_t pid);

/// Prints "weft: " and a sentence to standard error; 1.
int complain(const std::string& sentence);

/// The process, or a complaint that there is none, or none with weft in it.
bool find(pid_t pid, process& found);

}  // namespace weft_tool
