// SPDX-License-Identifier: Apache-2.0
//
// A pipe that closes itself.
#pragma once

#include <unistd.h>

#include "harness.hpp"

namespace weft::test {

struct pipe_pair {
  int ends[2] = {-1, -1};
  pipe_pair() { EXPECT_EQ(pipe(ends), 0); }
  pipe_pair(const pipe_pair&) = delete;
  pipe_pair& operator=(const pipe_pair&) = delete;
  ~pipe_pair() {
    close(ends[0]);
    close(ends[1]);
  }
  void write_one() const { EXPECT_EQ(write(ends[1], "x", 1), 1); }
  [[nodiscard]] ssize_t read_one() const {
    char byte = 0;
    return read(ends[0], &byte, 1);
  }
};

}  // namespace weft::test
