// SPDX-License-Identifier: Apache-2.0
//
// How a C++20 coroutine is woken: a goroutine is started whose body resumes its handle, so that what follows the
// co_await runs on a worker, with a stack, and may block like any goroutine.
#include <coroutine>
#include <new>

#include "park/body.hpp"

namespace weft::detail {

void resume_coroutine_in(closure& body, void* address) noexcept {
  ::new (body.bytes) void*(address);
  body.use = [](closure& self, closure_use how) -> void* {
    if (how == closure_use::call) std::coroutine_handle<>::from_address(*reinterpret_cast<void**>(self.bytes)).resume();
    return nullptr;
  };
}

}  // namespace weft::detail
