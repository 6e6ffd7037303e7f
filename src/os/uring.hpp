// SPDX-License-Identifier: Apache-2.0
//
// A ring of io_uring: requests go in by one queue in memory shared with the kernel, completions come out by another. By
// raw system calls; nothing but the kernel's header is needed. What runs a ring, and for whom, is decided above: for
// files (src/io/ring.hpp), and for sockets that are read for (src/sched/batch_reader.hpp).
//
// open() is the probe. It makes the ring and sends a request through it, because io_uring may be forbidden in several
// ways: by seccomp (Docker's default profile), by the sysctl kernel.io_uring_disabled, by the memory limit, by an
// emulator that does not know it. And the kernel must have what weft relies on: no completion is ever dropped
// (FEAT_NODROP, 5.5), what a request points to in memory may go when it has been submitted (FEAT_SUBMIT_STABLE, 5.5),
// and a file's own position may be used (FEAT_RW_CUR_POS, 5.6). Which requests it knows is asked by
// IORING_REGISTER_PROBE.
//
// Who may call what: push() and reap() are for one thread at a time each, which is for the caller to see to; enter()
// for any number at once. A ring that was opened for a thread is for that thread only.
//
// Memory ordering. The four indices are shared with the kernel. Ours (the tail of the submissions, the head of the
// completions) are stored with release, which pairs with the kernel's acquire: the entries are written before, and read
// before. The kernel's are loaded with acquire, pairing with its release. Those that only we write are read relaxed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "weft/detail/atomic.hpp"

struct io_uring_sqe;
struct io_uring_cqe;

namespace weft::detail {

enum class uring_code : std::uint8_t {
  read,
  write,
  sync,
  open,
  status,
  rename,
  remove,
  make_directory,
  cancel,
  receive
};
inline constexpr std::size_t uring_codes = 10;

/// One request. What it points to must stay until its completion, to be sure on every kernel.
struct uring_request {
  uring_code code{};
  int fd = -1;
  void* address = nullptr;   // receive, read, write: the buffer; open, rename, remove, make_directory, status: the path
  void* other = nullptr;     // status: the struct statx; rename: the new path
  std::uint32_t length = 0;  // bytes; open, make_directory: the permissions
  std::uint32_t flags = 0;   // open: as open(2); sync: 1 for the data only; remove, status: as the AT_ flags
  std::uint64_t offset = 0;  // read, write; at_position: where the file's own position is, which moves on
  bool by_worker = false;    // at once by a thread of the kernel: it would keep the submitter busy for long
  std::uint64_t tag = 0;     // comes back with the completion; cancel: also `target`
  std::uint64_t target = 0;  // cancel: the tag of what is to be cancelled
};

inline constexpr std::uint64_t at_position = ~std::uint64_t{0};

struct uring_completion {
  std::uint64_t tag = 0;
  std::int32_t result = 0;  // what the system call would return; -errno on failure
};

class uring {
 public:
  uring() noexcept = default;
  uring(const uring&) = delete;
  uring& operator=(const uring&) = delete;
  ~uring();

  /// Must come first. Asks for `entries` submissions at a time and four times as many completions; with little memory
  /// it takes fewer. Returns 0 or the errno that says why there is no ring.
  [[nodiscard]] int open(std::uint32_t entries) noexcept;

  /// The same, for a ring that only the calling thread uses, and destroys. It keeps no descriptor (Linux 6.3).
  [[nodiscard]] int open_for_thread(std::uint32_t entries) noexcept;

  /// Whether the kernel knows such requests.
  [[nodiscard]] bool knows(uring_code code) const noexcept { return known_[static_cast<std::size_t>(code)]; }

  /// How many requests may be under way, so that no completion finds its queue full.
  [[nodiscard]] std::uint32_t capacity() const noexcept { return completions_; }

  /// Becomes readable when there are completions.
  [[nodiscard]] int fd() const noexcept { return fd_; }

  /// Puts a request into the queue, from which an enter() takes it. False: the queue is full.
  [[nodiscard]] bool push(const uring_request& request) noexcept;

  /// The place in the queue after the last request; beside push().
  [[nodiscard]] std::uint32_t pushed() const noexcept;

  /// Whether the kernel has taken all requests before that place.
  [[nodiscard]] bool taken_until(std::uint32_t place) const noexcept;

  /// Hands what is in the queue to the kernel, the oldest first. Some may be complete when it returns. Returns how many
  /// it took, or -errno; EAGAIN and EBUSY pass.
  [[nodiscard]] int enter() noexcept;

  /// Takes back what enter() has not taken. Only for the one thread of a ring.
  void withdraw() noexcept;

  /// Takes up to `n` completions; returns how many.
  [[nodiscard]] std::size_t reap(uring_completion* out, std::size_t n) noexcept;

 private:
  using word = atomic<std::uint32_t>;
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  [[nodiscard]] int call(std::uint32_t submit, std::uint32_t flags) noexcept;
  [[nodiscard]] int open_with(std::uint32_t entries, std::uint32_t setup_flags) noexcept;
  [[nodiscard]] int hide() noexcept;
  [[nodiscard]] int map(const void* parameters) noexcept;
  [[nodiscard]] int probe() noexcept;
  [[nodiscard]] int try_cancel() noexcept;
  [[nodiscard]] int try_receive() noexcept;
  [[nodiscard]] int try_out(const uring_request& request, std::int32_t expected) noexcept;
  void allow_workers() noexcept;
  void make_room() noexcept;
  void close() noexcept;

  int fd_ = -1;
  std::uint32_t hidden_ = none;  // the number by which the thread knows it instead
  std::uint32_t submissions_ = 0;
  std::uint32_t completions_ = 0;
  bool known_[uring_codes] = {};

  std::byte* rings_ = nullptr;  // the indices of both queues, and the completions
  std::size_t rings_size_ = 0;
  io_uring_sqe* entries_ = nullptr;
  std::size_t entries_size_ = 0;
  const io_uring_cqe* completed_ = nullptr;
  word* submit_head_ = nullptr;    // the kernel's
  word* submit_tail_ = nullptr;    // ours
  word* submit_flags_ = nullptr;   // the kernel's
  word* complete_head_ = nullptr;  // ours
  word* complete_tail_ = nullptr;  // the kernel's
};

}  // namespace weft::detail
