// SPDX-License-Identifier: Apache-2.0
//
// What was chosen here, and why: the parts of weft that look at the machine, at its limits and at the environment, each
// in a line of `weft doctor`. A line is "name: value (why)".
//
// Memory ordering: fences_are_full is relaxed; it is only shown.
#include "park/choices.hpp"

#include <cstdlib>

#include "base/report_hook.hpp"
#include "os/cpu.hpp"
#include "os/membarrier.hpp"
#include "os/stack.hpp"
#include "weft/runtime.hpp"

namespace weft::detail {
namespace {

const char* text_of(guard_kind kind) noexcept {
  switch (kind) {
    case guard_kind::marker:
      return "markers in the page table (MADV_GUARD_INSTALL): a stack costs no mapping";
    case guard_kind::mapping:
      return "pages without access: two mappings for a stack, of those that vm.max_map_count allows";
    default:
      return "canaries: an overflow is found when the stack is given back";
  }
}

void print_parallelism(int fd) {
  const char* const asked = std::getenv("GOMAXPROCS");
  const bool given = asked != nullptr && asked[0] != '\0';
  write_format(fd, "gomaxprocs: %d (%s%s; the affinity mask allows %d, with the cgroup's share it would be %d)\n",
               gomaxprocs(), given ? "GOMAXPROCS=" : "nothing in the environment", given ? asked : "", usable_cpus(),
               default_parallelism());
}

void print_stacks(int fd) {
  const stack_summary stacks = stack_report();
  write_format(fd, "stack guards: %s\n", text_of(stacks.best));
  write_format(fd, "stacks: %zu in use, %zu idle, room for %zu reserved, %zu with a canary only\n", stacks.in_use,
               stacks.idle, stacks.reserved, stacks.without_guard);
}

void print_environment(int fd) {
  for (const char* name : {"WEFT_DIAG", "WEFT_DEBUG", "WEFT_IO", "WEFT_CONTROL", "GOMAXPROCS"}) {
    const char* const value = std::getenv(name);
    if (value != nullptr) write_format(fd, "environment: %s=%.200s\n", name, value);
  }
}

}  // namespace

void print_choices(int fd) {
  print_parallelism(fd);
  write_format(fd, "fences: %s\n",
               fences_are_full.load(memory_order_relaxed) ? "full on both sides (the kernel refuses membarrier)"
                                                          : "free for workers (membarrier)");
  print_stacks(fd);
  print_environment(fd);
}

}  // namespace weft::detail
