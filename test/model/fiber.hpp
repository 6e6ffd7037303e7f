// SPDX-License-Identifier: Apache-2.0
//
// A stack to run a modelled thread on. All fibers share one OS thread, so a program runs in exactly the order that the
// checker chooses, and an execution that is given up leaves nothing behind: restart() puts the stack pointer back to
// where it began.
//
// makecontext gives the stack; every switch after that is a _setjmp and a _longjmp, which save no signal mask and so
// make no system call (swapcontext makes one, and a search switches millions of times). Frames that are given up are
// not unwound: a modelled thread must not own memory across an operation of the model.
#pragma once

#include <csetjmp>
#include <memory>

namespace weft::model {

class fiber {
 public:
  using function = void (*)(void* arg);

  fiber() = default;
  fiber(const fiber&) = delete;
  fiber& operator=(const fiber&) = delete;

  /// Gives it a stack and something to run, which must not return. Without this it stands for the caller's own stack.
  void prepare(function body, void* arg);

  /// The next switch to it starts `body` from the beginning.
  void restart() noexcept;

  /// Leaves `from`, which is running, and continues `to`.
  static void switch_to(fiber& from, fiber& to) noexcept;

 private:
  static void enter(unsigned high, unsigned low);

  std::jmp_buf here_;   // where it was left
  std::jmp_buf start_;  // just before body
  std::unique_ptr<char[]> stack_;
  function body_ = nullptr;
  void* arg_ = nullptr;
};

}  // namespace weft::model
