// SPDX-License-Identifier: Apache-2.0
//
// Questions to a process through its control socket (src/park/control.cpp says which there are).
#pragma once

#include <string>

#include "processes.hpp"

namespace weft_tool {

struct answer {
  bool given = false;
  std::string text;  // the answer without its first line; or why there is none, as a sentence
};

/// Waits for at most so many seconds without news.
answer ask(const process& whom, const std::string& question, int seconds = 3);

}  // namespace weft_tool
