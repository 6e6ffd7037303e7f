// SPDX-License-Identifier: Apache-2.0
// floor 2
//
// How goexit() ends a goroutine: an exception that only the runtime names, so that the destructors of its stack run.
//
// Go's Goexit cannot be recovered from. A C++ catch (...) can swallow any exception; one that swallows this goes
// unnoticed no longer than the handler: the signal's destructor panics unless the runtime took delivery.
#pragma once

namespace weft::detail {

class goexit_signal {
 public:
  goexit_signal() noexcept = default;
  goexit_signal(const goexit_signal&) = delete;
  goexit_signal& operator=(const goexit_signal&) = delete;
  ~goexit_signal();

  /// The goroutine has been unwound to its end.
  void deliver() noexcept { delivered_ = true; }

 private:
  bool delivered_ = false;
};

}  // namespace weft::detail
