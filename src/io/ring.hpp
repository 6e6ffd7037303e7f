// SPDX-License-Identifier: Apache-2.0
//
// Operations on files through io_uring, on goroutines: engine sched, and only where the kernel lets us.
//
// How it works. There is one ring for the process. A goroutine puts its request into the ring's queue, hands it to the
// kernel, and looks at once whether it is complete: a read of cached pages is, and then nothing ever waits. Else it
// parks. The `reaper`, a goroutine that exists only while requests are under way, waits by wait_fd for the ring's own
// descriptor, takes completions and makes their goroutines ready. Whoever happens to look takes everybody's
// completions, not only his own.
//
//   fresh --queued--> waiting   the ring has no room: it waits in `overflow`, which is pumped as others complete
//   fresh, waiting --> under way   pushed; it is in `under_way` until its completion has been taken
//   under way --> done          whoever takes the completion writes the result, under the lock
//
// Invariants
//   1. Everything here is under `lock_`, which is never held across a system call, a park or a ready.
//   2. At most capacity() operations on regular files are under way, so that the kernel need not keep completions in a
//      list. Any number may wait in `overflow`, on the stacks of their goroutines. Those that may take for ever are not
//      counted: they would lock the others out. Nor are cancellations, which are what makes room.
//   3. Who pushes a request sees to it that the kernel takes all that is in the queue up to it, others' too.
//   4. An operation that is under way is in the kernel's hands, and so are its buffers: perform() does not return
//      before its completion, whatever the limit says. It asks the kernel to cancel, and waits for the answer. So what
//      was given up has not happened, or else its result is returned.
//   5. An open occupies one of the kernel's threads, 256 here, until a FIFO's other end comes: at most most_opens of
//   them
//      are under way, so that other operations find a thread. Who has one more does it by other means.
//   6. While a goroutine waits for a completion, the reaper waits for a descriptor: so no deadlock is ever reported. It
//      finds a completion when nothing is under way any more, and ends; so a run can drain.
//
// The ends of things
//
//   A thread. The kernel cancels what a thread has submitted when that thread ends, and weft's workers come and go.
//   Such an operation has not been done (it ends with ECANCELED, or EINTR if it had begun and done nothing), and is
//   made again.
//
//   A run. What its goroutines left under way stays in the kernel's hands; their stacks are never used again
//   (park/abandon.cpp), so nobody else's memory is written to. The next run that uses the ring has a reaper of its own,
//   which begins with cancelling what is left, and drops what had not been submitted. A file that one of these has
//   opened in spite of that is closed.
//
//   A fork. The child has the descriptor, but not the queues, and is kept from them (backend.cpp).
#pragma once

#include <cstdint>

#include "os/uring.hpp"
#include "weft/detail/bounded.hpp"
#include "weft/detail/intrusive_list.hpp"
#include "weft/detail/park.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {

/// What became of an operation: `value` is what the system call would return, or -errno; unless it was given up.
struct file_outcome {
  wait_end end = wait_end::completed;
  std::int64_t value = 0;
};

class file_ring {
 public:
  /// Opens the ring; 0, or the errno that says why there is none.
  [[nodiscard]] int open() noexcept { return ring_.open(entries); }

  [[nodiscard]] bool knows(uring_code code) const noexcept { return ring_.knows(code); }

  /// Whether another such request may be performed now; else it is for the caller to make the system call.
  [[nodiscard]] bool has_room_for(uring_code code) noexcept;

  /// For goroutines that hold a token only. `patient`: it may take for ever, as the read of a terminal may.
  [[nodiscard]] file_outcome perform(const uring_request& request, bool patient, const wait_limit& limit);

 private:
  static constexpr std::uint32_t entries = 256;
  static constexpr std::uint32_t most_opens = 192;
  static constexpr std::size_t batch = 64;

  struct operation;

  /// What is taken from the ring under the lock, to be seen to without.
  struct harvest {
    wait_list woken;
    int opened[batch];  // for nobody
    std::size_t n = 0;
  };

  void begin(operation& op);
  void pump();
  void leave_one_for_reaper();
  void hand_over(std::uint32_t until);
  void take_completions();
  [[nodiscard]] bool take_completions_locked(harvest& found);
  static void see_to(harvest& found);
  [[nodiscard]] bool push_waiting_locked();
  [[nodiscard]] bool cancel_abandoned_locked();
  [[nodiscard]] bool push_locked(operation& op);
  void ensure_reaper();
  void reap_until_idle();
  [[nodiscard]] wait_end wait_for(operation& op, const wait_limit& limit);
  void cancel(operation& op);

  word_lock lock_;
  uring ring_;
  intrusive_list<operation> overflow_;
  intrusive_list<operation> under_way_;
  std::uint32_t in_kernel_ = 0;  // under way, with cancellations that nobody waits for
  std::uint32_t counted_ = 0;    // of these, the ones that invariant 2 counts
  std::uint32_t opens_ = 0;      // of these, the ones that invariant 5 counts
  goroutine* reaper_ = nullptr;  // null: none is needed
  bool reaper_waits_ = false;    // for the descriptor, or is about to
  bool left_over_ = false;       // an earlier run has left operations under way
};

}  // namespace weft::detail
