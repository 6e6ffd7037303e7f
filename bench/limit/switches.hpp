// SPDX-License-Identifier: Apache-2.0
//
// The bare switch: weft's own three registers (src/os/context.hpp), without a scheduler, a queue or a lock around it.
#pragma once

#include <cstddef>
#include <memory>

#include "os/context.hpp"

/// Another stack, and the two places to go on: here and there.
struct bare_switch {
  static constexpr std::size_t size = 64 << 10;

  explicit bare_switch(void (*entry)(void*)) : memory(std::make_unique<std::byte[]>(size)) {
    const auto top = reinterpret_cast<std::uintptr_t>(memory.get() + size) & ~std::uintptr_t{63};
    weft::detail::make_context(there, reinterpret_cast<std::byte*>(top), entry);
  }

  [[gnu::noinline, gnu::noipa]] void go_there() { weft::detail::switch_context(here, there, this); }
  [[gnu::noinline, gnu::noipa]] void come_back() { weft::detail::switch_context(there, here, this); }

  weft::detail::cpu_context here, there;
  std::unique_ptr<std::byte[]> memory;
  long message = 0;
  long sum = 0;
};
