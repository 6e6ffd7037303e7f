// SPDX-License-Identifier: Apache-2.0
//
// Stacks in the format of pprof (github.com/google/pprof, proto/profile.proto), written by hand: a message is a list of
// fields, each a number and a value, and the dozen that are needed here are no reason for a dependency. Not compressed:
// pprof takes it so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "trace/stack_table.hpp"

namespace weft::detail {

/// What the two numbers of a stack are: "contentions", "count"; "delay", "nanoseconds". Null: there is no second.
struct profile_kind {
  const char* count_type;
  const char* count_unit;
  const char* sum_type = nullptr;
  const char* sum_unit = nullptr;
  std::int64_t period = 1;  // of what is counted first, or second if there is a second
  std::int64_t duration_ns = 0;
};

/// The function that a program counter lies in; empty if it is not known.
using name_of_pc = std::string (*)(void* pc);

/// The bytes of the file.
[[nodiscard]] std::string pprof_of(const stack_table& stacks, const profile_kind& kind, name_of_pc name);

}  // namespace weft::detail
