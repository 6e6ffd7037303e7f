// SPDX-License-Identifier: Apache-2.0
//
// Reading for many who wait, by one system call.
//
// A worker that looks at the descriptors often finds a hundred sockets with something to read, and for each a goroutine
// that has said where it wants it (wanted_read, park/watched.hpp). They have been taken, nobody else can wake them, and
// they have not been made ready: so their buffers stay, and no run ends meanwhile. The reader puts a receive for each
// into a ring of io_uring that its thread has for itself, and hands over all of them by one io_uring_enter. They are
// receives that do not wait: when the call returns each is complete, or found nothing, and nothing is under way. So
// there is nothing to call off, and readiness, deadlines and closing stay what they are; who was read for finds the
// result when he goes on.
//
// What it wins is the entry into the kernel, and that the kernel's code for receiving is warm from the second on (what
// was measured: decision 0027). Sends are not gathered so: who writes must know what became of it before he goes on.
//
// When. With fewer than four it does not pay. What several workers could do side by side one ought not to do one after
// the other: not while any is idle (poller.cpp), and of a hundred no more than a worker's share. Only into a
// goroutine's own stack, and only short reads (socket_core.hpp): the caller is inside its token lock, where it must not
// meet a page that is long in coming.
//
// Without io_uring (Linux 6.3), or with WEFT_IO=epoll, everybody reads for himself; and under sanitizers, which do not
// see what such a receive does.
//
// Who owns what. A reader is its thread's, and ends there: the kernel knows the ring by a number of that thread's.
#pragma once

#include <cstddef>
#include <memory>

#include "os/uring.hpp"
#include "park/watch.hpp"
#include "weft/clock.hpp"

namespace weft::detail {

class batch_reader {
 public:
  /// Does what they want, of whom none has been made ready; or not, as each says afterwards. `workers`: how many there
  /// are to do such things.
  void read_for(seated_readers& readers, std::size_t workers) noexcept;

 private:
  [[nodiscard]] bool has_ring() noexcept;
  void give_up(int error) noexcept;
  [[nodiscard]] std::size_t push(const seated_readers& readers) noexcept;
  void take_results(const seated_readers& readers, std::size_t taken) noexcept;

  std::unique_ptr<uring> ring_;
  nanoseconds next_try_ = 0;  // without a ring: not before
};

}  // namespace weft::detail
