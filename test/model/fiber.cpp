// SPDX-License-Identifier: Apache-2.0
#undef _FORTIFY_SOURCE  // its longjmp refuses to go to another stack

#include "model/fiber.hpp"

#include <ucontext.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace weft::model {

namespace {
constexpr std::size_t stack_bytes = 128 * 1024;  // room for the text of a trace, which a thread writes on its own stack
ucontext_t preparing;                            // whoever called prepare()
}  // namespace

void fiber::prepare(function body, void* arg) {
  body_ = body;
  arg_ = arg;
  stack_ = std::make_unique<char[]>(stack_bytes);
  ucontext_t first;
  getcontext(&first);
  first.uc_stack.ss_sp = stack_.get();
  first.uc_stack.ss_size = stack_bytes;
  first.uc_link = nullptr;
  auto self = reinterpret_cast<std::uintptr_t>(this);
  makecontext(&first, reinterpret_cast<void (*)()>(&fiber::enter), 2, static_cast<unsigned>(self >> 32),
              static_cast<unsigned>(self));
  swapcontext(&preparing, &first);
}

void fiber::enter(unsigned high, unsigned low) {
  auto* self = reinterpret_cast<fiber*>((static_cast<std::uintptr_t>(high) << 32) | low);
  if (_setjmp(self->start_) == 0) setcontext(&preparing);
  self->body_(self->arg_);
  std::abort();
}

void fiber::restart() noexcept { std::memcpy(here_, start_, sizeof here_); }

// Not inlined: whatever the callers keep in globals may have changed when this returns.
[[gnu::noinline]] void fiber::switch_to(fiber& from, fiber& to) noexcept {
  if (_setjmp(from.here_) == 0) std::longjmp(to.here_, 1);
}

}  // namespace weft::model
