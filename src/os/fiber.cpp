// SPDX-License-Identifier: Apache-2.0
#include "os/fiber.hpp"

#include <pthread.h>

namespace weft::detail {
namespace {

/// glibc reads /proc/self/maps for the main thread; without it the bounds stay empty, which only reports mind.
stack bounds_of_this_thread() noexcept {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return {};
  void* low = nullptr;
  std::size_t size = 0;
  pthread_attr_getstack(&attributes, &low, &size);
  pthread_attr_destroy(&attributes);
  return {static_cast<std::byte*>(low) + size, size};
}

}  // namespace

void adopt_thread(fiber& f) noexcept {
  f.bounds = bounds_of_this_thread();
  f.at = {};  // where another thread left it, or this one in another call, is nobody's any more
  f.exceptions = {};
  announce_thread(f.notes);
}

}  // namespace weft::detail
