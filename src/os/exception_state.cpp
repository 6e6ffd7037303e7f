// SPDX-License-Identifier: Apache-2.0
//
// __cxa_get_globals is declared `const`, so compilers compute it once per function and keep the answer across a switch
// (boost.context #323). Behind a function that nothing may look into, it is asked again each time.
#include "os/exception_state.hpp"

#include <cxxabi.h>

namespace weft::detail {

__attribute__((noinline)) exception_state* this_thread_exceptions() noexcept {
  auto* state = reinterpret_cast<exception_state*>(abi::__cxa_get_globals());
  __asm__ __volatile__("" : "+r"(state) : : "memory");  // neither pure nor const, whatever an optimiser may infer
  return state;
}

}  // namespace weft::detail
