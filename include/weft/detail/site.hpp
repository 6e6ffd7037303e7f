// SPDX-License-Identifier: Apache-2.0
// floor 0
//
// A place in the user's source, captured where a call is written. Reports name it: "started at server.cpp:41".
// clang 14 with libstdc++ 12 has no std::source_location, so the builtins behind it are used as default arguments.
#pragma once

namespace weft::detail {

struct site {
  const char* file = "";
  unsigned line = 0;

  [[nodiscard]] static constexpr site here(const char* file = __builtin_FILE(),
                                           unsigned line = __builtin_LINE()) noexcept {
    return {file, line};
  }
};

}  // namespace weft::detail
