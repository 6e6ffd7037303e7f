// SPDX-License-Identifier: Apache-2.0
//
// A process that has no descriptor left.
#pragma once

#include <sys/resource.h>

#include "harness.hpp"

namespace weft::test {

/// While it lives the process can open no descriptor. (UBSan needs one to look at an object with virtual functions: so
/// errors are compared by number meanwhile.)
class no_descriptors {
 public:
  no_descriptors() {
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &before_), 0);
    rlimit none = before_;
    none.rlim_cur = 0;
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  }
  no_descriptors(const no_descriptors&) = delete;
  no_descriptors& operator=(const no_descriptors&) = delete;
  ~no_descriptors() { EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before_), 0); }

 private:
  rlimit before_{};
};

}  // namespace weft::test
