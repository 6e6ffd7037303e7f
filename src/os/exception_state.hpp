// SPDX-License-Identifier: Apache-2.0
//
// What the C++ runtime keeps per thread about exceptions: the chain of those being handled, and how many are in
// flight. A goroutine may block inside a catch block and go on elsewhere while another one enters a catch block on the
// same thread, so each switch swaps these 16 bytes (fiber.hpp). Without it a rethrow in one goroutine takes the
// exception of another.
#pragma once

namespace weft::detail {

/// The layout of __cxa_eh_globals (Itanium C++ ABI: Exception Handling, 2.2.2).
struct [[gnu::may_alias]] exception_state {
  void* caught = nullptr;
  unsigned uncaught = 0;
};

/// The state of the calling thread. The address is the thread's: after anything that may switch, ask again.
[[nodiscard]] exception_state* this_thread_exceptions() noexcept;

}  // namespace weft::detail
