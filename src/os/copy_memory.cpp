// SPDX-License-Identifier: Apache-2.0
#include "os/copy_memory.hpp"

#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

namespace weft::detail {

std::size_t copy_memory(const void* from, void* to, std::size_t size) noexcept {
  const int saved = errno;
  const iovec here{to, size};
  const iovec there{const_cast<void*>(from), size};
  const ssize_t n = ::process_vm_readv(::getpid(), &here, 1, &there, 1, 0);
  errno = saved;
  return n > 0 ? static_cast<std::size_t>(n) : 0;
}

}  // namespace weft::detail
