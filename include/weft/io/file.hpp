// SPDX-License-Identifier: Apache-2.0
//
// Files of the system, on goroutines: what waits is the goroutine, not its thread.
//
//     weft::result<weft::io::file> log = weft::io::open("log", weft::io::open_mode::read);
//     if (!log) return log.error();
//     weft::io::buffered_reader in(*log);
//
// Two backends do the work (FS9). Where the kernel permits io_uring it does: no thread waits, and an operation can be
// called off. Else the system call is made while the worker's token goes to another thread, as in blocking(); a limit
// is then looked at before the call and not during it. WEFT_IO=epoll, uring or auto (the default) in the environment
// chooses. Pipes and FIFOs are waited for as descriptors, by both. Under sim every call is made at once.
//
// A file is a reader, a writer and a closer (weft/io/stream.hpp). It is owned: it can be moved, not copied, and its
// destructor closes it. Any number of goroutines and other threads may use one file at the same time. read, write and
// seek share its position: they come one after the other, each as a whole. read_at and write_at have nothing to do with
// it and come as they will.
//
// Closing. close() returns at once. Who waits for a pipe or FIFO gets weft::errc::closed; what else has begun goes on
// to its end, and the descriptor is closed after that: so its number never names another file while somebody uses it.
// What comes later gets weft::errc::closed, a second close() too. The close by which an error of the system is to be
// reported, such as a full disk on NFS, is one that finds nobody using the file.
//
// Giving up. Every operation takes a context or another limit first. If it has given up, it has not happened; a write
// of several parts may have been done in part. An operation that can no longer be called off is waited for, because the
// kernel still uses the memory; then its result is returned, although the limit has passed.
//
// Errors are those of the system (std::errc), weft::errc and weft::io::errc. SIGPIPE never comes of a write here: it is
// std::errc::broken_pipe.
//
// A run that ends leaves operations in the kernel's hands (FS10): memory of its own that a goroutine reads into is
// never used for anything else; memory of others it must not read into beyond their lives, as always.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "weft/clock.hpp"
#include "weft/detail/bounded.hpp"
#include "weft/error.hpp"
#include "weft/result.hpp"

namespace weft::io {

class file_core;

/// How to open; combined by `|`. At least one of read, write and append.
enum class open_mode : std::uint32_t {
  read = 1,
  write = 2,
  read_write = 3,
  append = 6,      // write, always at the end
  create = 8,      // if it is not there
  exclusive = 24,  // create, and it must not be there
  truncate = 32,   // to no bytes
  synced = 64,     // each write is on the disk when it returns
};

[[nodiscard]] constexpr open_mode operator|(open_mode a, open_mode b) noexcept {
  return static_cast<open_mode>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}

enum class file_type : std::uint8_t { unknown, regular, directory, link, fifo, socket, character_device, block_device };

/// From where seek() counts.
enum class seek_from : std::uint8_t { beginning, position, end };

struct file_status {
  file_type type = file_type::unknown;
  std::uint32_t permissions = 0;  // the lower twelve bits of the mode
  std::uint64_t size = 0;         // bytes
  std::uint64_t links = 0;
  std::uint64_t device = 0;  // with `inode`: two paths with the same pair are the same file
  std::uint64_t inode = 0;
  std::uint32_t user = 0;
  std::uint32_t group = 0;
  std::chrono::system_clock::time_point modified;
};

class file {
 public:
  /// No file: every operation gets errc::closed.
  file() noexcept = default;
  file(file&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
  file& operator=(file&& other) noexcept {
    file(std::move(other)).swap(*this);
    return *this;
  }
  ~file();

  /// Takes over a descriptor that is open, and closes it one day. If it does not block (O_NONBLOCK) it must be a pipe
  /// or socket; it is then waited for. Whoever shares it with others shares the position, too.
  [[nodiscard]] static file adopt(int fd);

  /// At most as many bytes as there is room for, from the position on; 0: the end (FS2).
  result<std::size_t> read(std::span<std::byte> into) { return read(detail::wait_limit{}, into); }
  result<std::size_t> read(const detail::wait_limit& limit, std::span<std::byte> into);
  template <class Rep, class Period>
  result<std::size_t> read_for(const std::chrono::duration<Rep, Period>& d, std::span<std::byte> into) {
    return read(detail::within(d), into);
  }
  result<std::size_t> read_until(clock::time_point when, std::span<std::byte> into) {
    return read(detail::until(when), into);
  }

  /// All of it, at the position, or at the end if opened to append (FS2).
  result<std::size_t> write(std::span<const std::byte> from) { return write(detail::wait_limit{}, from); }
  result<std::size_t> write(const detail::wait_limit& limit, std::span<const std::byte> from);
  template <class Rep, class Period>
  result<std::size_t> write_for(const std::chrono::duration<Rep, Period>& d, std::span<const std::byte> from) {
    return write(detail::within(d), from);
  }
  result<std::size_t> write_until(clock::time_point when, std::span<const std::byte> from) {
    return write(detail::until(when), from);
  }

  /// The same from `offset` bytes after the beginning on, without the position (FS3). std::errc::invalid_seek if the
  /// file has none.
  result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) {
    return read_at(detail::wait_limit{}, offset, into);
  }
  result<std::size_t> read_at(const detail::wait_limit& limit, std::uint64_t offset, std::span<std::byte> into);
  result<std::size_t> write_at(std::uint64_t offset, std::span<const std::byte> from) {
    return write_at(detail::wait_limit{}, offset, from);
  }
  result<std::size_t> write_at(const detail::wait_limit& limit, std::uint64_t offset, std::span<const std::byte> from);

  /// Moves the position, and returns where it is, counted from the beginning (FS4).
  result<std::uint64_t> seek(std::int64_t offset, seek_from from = seek_from::beginning);

  /// Cuts it off, or fills it up with zeros (FS4).
  result<void> truncate(std::uint64_t size);

  /// Returns when what was written is on the disk; sync_data() leaves out what is not needed to read it (FS5).
  result<void> sync() { return sync(detail::wait_limit{}); }
  result<void> sync(const detail::wait_limit& limit);
  result<void> sync_data() { return sync_data(detail::wait_limit{}); }
  result<void> sync_data(const detail::wait_limit& limit);

  result<file_status> status() { return status(detail::wait_limit{}); }
  result<file_status> status(const detail::wait_limit& limit);

  /// See above (FS6).
  result<void> close();

  [[nodiscard]] bool is_open() const noexcept;

  /// The descriptor, which stays the file's; -1 if there is none. For calls of others, while the file is open.
  [[nodiscard]] int native_handle() const noexcept;

  void swap(file& other) noexcept { std::swap(core_, other.core_); }

 private:
  friend result<file> open(const detail::wait_limit& limit, std::string_view path, open_mode mode,
                           std::uint32_t permissions);
  explicit file(file_core* core) noexcept : core_(core) {}

  file_core* core_ = nullptr;  // ours until abandon()
};

/// Opens a file; one that is created gets `permissions`, less the process's umask (FS1). A path with a zero byte is
/// std::errc::invalid_argument. Not inherited by children (O_CLOEXEC).
[[nodiscard]] result<file> open(const detail::wait_limit& limit, std::string_view path,
                                open_mode mode = open_mode::read, std::uint32_t permissions = 0666);
[[nodiscard]] inline result<file> open(std::string_view path, open_mode mode = open_mode::read,
                                       std::uint32_t permissions = 0666) {
  return open(detail::wait_limit{}, path, mode, permissions);
}

}  // namespace weft::io
