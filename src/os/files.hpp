// SPDX-License-Identifier: Apache-2.0
//
// Files by system calls that block the thread. What they return is what the call returns, or -errno; a call that a
// signal has interrupted before it did anything is made again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "os/uring.hpp"

struct statx;

namespace weft::detail {

/// Does what the ring would do: any request but cancel.
[[nodiscard]] std::int64_t perform_now(const uring_request& request) noexcept;

/// The position, as lseek.
[[nodiscard]] std::int64_t seek_file(int fd, std::int64_t offset, int whence) noexcept;
[[nodiscard]] int truncate_file(int fd, std::int64_t size) noexcept;

/// Closes it, whatever it returns: a descriptor is gone also when close reports an error of an earlier write.
[[nodiscard]] int close_file(int fd) noexcept;

/// A pipe's writer may find no reader any more: then it is told EPIPE, and no signal comes.
[[nodiscard]] std::int64_t write_quietly(int fd, const void* from, std::size_t n) noexcept;

/// The kind of file, as the S_IFMT bits of its mode; 0 if it cannot be told.
[[nodiscard]] std::uint32_t kind_of(int fd) noexcept;
[[nodiscard]] std::uint32_t kind_at(const char* path) noexcept;

struct directory_item {
  std::string name;
  std::uint32_t kind = 0;  // S_IFMT bits; 0: the file system does not say
};

/// The items of a directory but "." and "..", in the order of the file system. 0 or -errno.
[[nodiscard]] int list_items(const char* path, std::vector<directory_item>& out);

/// A new pipe, both ends blocking, and closed on exec. 0 or -errno.
[[nodiscard]] int make_pipe(int (&ends)[2]) noexcept;

/// Makes what the descriptor refers to non-blocking; whether that was done.
[[nodiscard]] bool stop_blocking(int fd) noexcept;

/// A copy of the descriptor for a child, which expects its calls to block: of a pipe that does not, one that is opened
/// anew, because whether it blocks belongs to what is open and not to the descriptor. Or -errno.
[[nodiscard]] int copy_for_child(int fd) noexcept;
[[nodiscard]] bool does_not_block(int fd) noexcept;

/// One read of a descriptor that does not block: -EAGAIN when there is nothing to be done.
[[nodiscard]] std::int64_t read_some(int fd, void* into, std::size_t n) noexcept;

}  // namespace weft::detail
