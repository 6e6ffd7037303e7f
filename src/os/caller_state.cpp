// SPDX-License-Identifier: Apache-2.0
//
// The unwinder knows where each function has saved the registers that it must preserve; so at a caller's frame it has
// those registers as the caller will find them again. Their numbers are DWARF's, of the processor's ABI.
#include "os/caller_state.hpp"

#include <unwind.h>

namespace weft::detail {

namespace {

#if defined(__x86_64__)
constexpr int preserved[] = {3, 6, 12, 13, 14, 15};  // rbx, rbp, r12 to r15
#elif defined(__aarch64__)
constexpr int preserved[] = {19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29};
#endif

struct unwinding {
  bool (*wanted)(void* pc);
  caller_state found;
  bool here = true;  // the first frame is that of state_of_caller itself
};

_Unwind_Reason_Code look_at(_Unwind_Context* frame, void* passed) noexcept {
  auto& all = *static_cast<unwinding*>(passed);
  auto* const pc = reinterpret_cast<void*>(_Unwind_GetIP(frame));
  if (pc == nullptr) return _URC_END_OF_STACK;
  const bool skip = all.here || !all.wanted(pc);
  all.here = false;
  if (skip) return _URC_NO_REASON;
  all.found.pc = pc;
  all.found.sp = reinterpret_cast<const std::byte*>(_Unwind_GetCFA(frame));
  for (const int each : preserved) all.found.registers[all.found.count++] = _Unwind_GetGR(frame, each);
  return _URC_END_OF_STACK;
}

}  // namespace

__attribute__((noinline)) caller_state state_of_caller(bool (*wanted)(void* pc)) noexcept {
  unwinding all{wanted, {}};
  _Unwind_Backtrace(look_at, &all);
  return all.found;
}

}  // namespace weft::detail
