// SPDX-License-Identifier: Apache-2.0
//
// oneTBB with as many threads as GOMAXPROCS says.
#pragma once

#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <cstdlib>

#include "../harness.hpp"

template <class F>
int in_arena(F body) {
  const char* text = std::getenv("GOMAXPROCS");
  const int n = text != nullptr && std::atoi(text) > 0 ? std::atoi(text) : 1;
  const tbb::global_control most(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(n));
  tbb::task_arena arena(n);
  return arena.execute(body);
}
