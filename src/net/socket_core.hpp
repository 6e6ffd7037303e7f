// SPDX-License-Identifier: Apache-2.0
//
// What all sockets of weft share: a descriptor that many may use at once, and that is closed when the last has left it.
//
// An operation first takes its side, reading or writing (`turn`), and leaves it at the end: so two reads do not take
// each other's bytes, and two writes do not mix theirs (N6). In between it tries its system call, and waits on EAGAIN.
//
//     socket_core::turn mine(core, readiness::readable, limit);
//     if (mine.error()) return mine.error();
//     return mine.count([&](int fd) { return receive_bytes(fd, ...); });
//
// Ends. close() marks the socket and wakes all: those who wait for the descriptor, and those who queue for a side. The
// descriptor is closed when the last operation has left, not before: its number cannot be used again under the hands of
// one that is about to make its call (N4). The object is freed when, besides, its owner has let go.
//
// Deadlines are the socket's, one for each side. Who changes one
// wakes those who wait, and they look again: so a deadline costs nothing while nobody waits, and needs no timer of its
// own. A limit is the call's. Of the two a deadline that has passed ends an operation before it has tried anything, as
// in Go (N3); a limit that has passed is one try (rule 2 of bounded.hpp).
//
// Reads of TCP. One that got less than it asked for has emptied the socket (epoll(7)): unless something has changed
// since, the next one waits without trying, which saves an echo server a system call in three. But the edge that
// brought the bytes may have brought the end of them, too, or an error, or urgent data, before which a read stops: when
// the poller has told of one of these, reads try again, always.
//
// Ended runs. An operation that sleeps when its run ends never leaves. close() finds such ones, who have a side or
// queue for one, and does not wait for them; the object then stays, because their stacks point to it, and nobody runs
// on those.
//
// One line. What each operation looks at stands in the first cache line: with a thousand connections each of them has
// gone cold when its turn comes, and every line is a miss.
//
// Invariants
//   1. `closed_`, `owned_`, `operations_`, `queued_` and the sides are guarded by the lock. closed_ is never taken
//   back;
//      it is read without the lock by those who only want to be early. `emptied_` is the reading turn's.
//   2. An operation is counted from the moment it asks for its side until it has left it.
//   3. The descriptor is open while operations_ != 0 or the socket is not closed.
//   4. `queued_` is how many are in the two queues; `timed_` is set with the first deadline.
//
// Memory ordering: `timed_` and a deadline are stored before announce_change() and read after changes_of(): an
// operation that misses the new one finds that something has changed. All of these are seq_cst. `asleep_` is relaxed:
// who reads it under the lock acts on it only when the run of the one who wrote it has ended.
#pragma once

#include <cerrno>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "os/socket.hpp"
#include "park/watched.hpp"
#include "weft/detail/atomic.hpp"
#include "weft/detail/watch.hpp"
#include "weft/detail/word_lock.hpp"
#include "weft/error.hpp"
#include "weft/result.hpp"

namespace weft::detail {

/// More is left to whoever wants it, because it takes long.
inline constexpr std::size_t most_read_for = 16384;

class socket_core {
 public:
  class turn;

  enum class transport : std::uint8_t { tcp, other };

  /// Owns the descriptor from here on, also if it fails; then it is closed. Errors: those of start_watching.
  [[nodiscard]] static result<socket_core*> adopt(int fd, transport by);

  /// The same, but if it fails the descriptor is still the caller's.
  [[nodiscard]] static result<socket_core*> try_to_adopt(int fd, transport by);

  socket_core(const socket_core&) = delete;
  socket_core& operator=(const socket_core&) = delete;

  /// Wakes everybody. Once is enough.
  void close() noexcept;

  /// The owner's last touch.
  void let_go() noexcept;

  [[nodiscard]] bool closed() const noexcept { return closed_.load(memory_order_seq_cst); }

  /// What it carries bytes by, or, of a listener, what the accepted ones do.
  [[nodiscard]] transport carried_by() const noexcept { return by_; }

  /// Only inside an operation, or by the owner of a socket that nobody closes meanwhile.
  [[nodiscard]] int fd() const noexcept { return fd_; }

  void set_deadline(readiness side, nanoseconds when) noexcept;

  /// Before others know the socket: close() removes this file.
  void remove_at_close(std::unique_ptr<const std::string> path) noexcept { file_ = std::move(path); }

  /// Closing may wait for the other side (SO_LINGER).
  void close_may_block() noexcept { close_may_block_.store(true, memory_order_seq_cst); }

  /// A connection that a listener has accepted and has no room for yet, or -1. Only inside a turn of reading.
  [[nodiscard]] int take_kept() noexcept { return std::exchange(kept_, -1); }
  void keep(int fd) noexcept { kept_ = fd; }

  /// Calls f(fd) while the descriptor is certain to stay open, without a side. errc::closed if it is closed.
  template <class F>
  std::error_code with_descriptor(F f) {
    if (!enter()) return errc::closed;
    const int error = f(fd_);
    leave();
    return {error, std::system_category()};
  }

 private:
  socket_core(int fd, watch_id watch, transport by) noexcept : fd_(fd), by_(by), watch_(watch) {}
  ~socket_core() = default;

  [[nodiscard]] turn*& holder_of(readiness side) noexcept { return holders_[index_of(side)]; }
  [[nodiscard]] wait_list& queue_of(readiness side) noexcept { return queues_[index_of(side)]; }
  [[nodiscard]] nanoseconds deadline_of(readiness side) const noexcept {
    return timed_.load(memory_order_seq_cst) ? deadlines_[index_of(side)].load(memory_order_seq_cst) : never;
  }
  void unlink_locked(wait_node& node) noexcept {
    wait_list::remove(node);
    --queued_;
  }
  [[nodiscard]] bool enter() noexcept;
  void leave() noexcept;
  void leave_locked() noexcept;
  [[nodiscard]] bool take(turn& mine);
  [[nodiscard]] bool take_slow(turn& mine);
  [[nodiscard]] bool queue_for(turn& mine);
  void give(turn& mine) noexcept;
  void give_slow(turn& mine) noexcept;
  [[nodiscard]] bool drop_if_ended_locked(turn& each) noexcept;
  void drop_ended_locked() noexcept;
  [[nodiscard]] wait_node* claim_next_locked(readiness side) noexcept;

  alignas(64) const int fd_;
  const transport by_;
  atomic<bool> closed_{false};
  atomic<bool> timed_{false};
  bool emptied_ = false;  // the last read left nothing behind, when changes_of() was `emptied_at_`
  const watch_id watch_;
  word_lock lock_;
  std::uint32_t operations_ = 0;
  turn* holders_[2]{};  // of the sides
  std::uint32_t emptied_at_ = 0;
  std::uint32_t queued_ = 0;
  int kept_ = -1;
  bool owned_ = true;
  bool stays_ = false;  // operations of ended runs point here
  atomic<bool> close_may_block_{false};
  // the second line
  wait_list queues_[2];  // for the sides
  atomic<nanoseconds> deadlines_[2]{never, never};
  std::unique_ptr<const std::string> file_;  // written before others know the socket
};

/// One operation's use of a side.
class socket_core::turn {
 public:
  /// Waits for the side.
  turn(socket_core* core, readiness side, const wait_limit& limit) : core_(core), side_(side), limit_(limit) {
    if (limit.called_off() || core == nullptr) [[unlikely]] {
      refuse();
    } else {
      taken_ = core->take(*this);
    }
  }
  turn(const turn&) = delete;
  turn& operator=(const turn&) = delete;
  ~turn() {
    if (taken_) core_->give(*this);
  }

  /// Why the side is not ours; zero if it is.
  [[nodiscard]] std::error_code error() const noexcept { return error_.value_or(std::error_code()); }
  [[nodiscard]] bool failed() const noexcept { return error_.has_value(); }

  /// Calls `f`, which returns a call_result, until it says something else than EAGAIN, or until the socket is closed,
  /// the deadline or the limit ends: then the error is in error(), and the result says EAGAIN.
  template <class F>
  call_result attempt(F f) {
    for (;;) {
      if (!prepare()) return {-1, EAGAIN};
      const call_result made = f(core_->fd());
      if (made.error != EAGAIN) return made;
      if (!pause()) return made;
    }
  }

  /// Calls `f` once, unless error().
  template <class F>
  call_result once(F f) {
    return prepare() ? f(core_->fd()) : call_result{-1, EAGAIN};
  }

  /// attempt() for calls that return a number of bytes.
  template <class F>
  result<std::size_t> count(F f) {
    return count_of(attempt(f));
  }

  /// Reads from a stream. If it has to wait it may be read for meanwhile.
  result<std::size_t> read_stream(std::span<std::byte> into) {
    wanted_read wanted{into.data(), static_cast<std::uint32_t>(into.size())};
    if (into.size() <= most_read_for) wanted_ = &wanted;
    call_result made{-1, EAGAIN};
    for (bool goes_on = !core_->emptied_ || wait_if_empty(); goes_on && !wanted.done;) {
      made = once([into](int fd) { return receive_bytes(fd, into.data(), into.size()); });
      goes_on = made.error == EAGAIN && !failed() && pause();
    }
    wanted_ = nullptr;
    if (failed()) return *error_;
    if (wanted.done) {
      made = wanted.value < 0 ? call_result{-1, static_cast<int>(-wanted.value)} : call_result{wanted.value, 0};
      seen_ = wanted.seen;
    }
    core_->emptied_ = core_->by_ == transport::tcp && made.error == 0 && made.value != 0 &&
                      static_cast<std::size_t>(made.value) < into.size() && !has_told_of_end(core_->watch_);
    core_->emptied_at_ = seen_;
    return count_of(made);
  }

  /// attempt() for calls after which the kernel does not tell when it is worth trying again: after pauses.
  template <class F>
  call_result attempt_after_pauses(F f) {
    constexpr nanoseconds first = 1'000'000;
    constexpr nanoseconds longest = 50'000'000;
    for (nanoseconds pause = first;; pause = pause < longest ? 2 * pause : longest) {
      const call_result made = once(f);
      if (made.error != EAGAIN || failed() || !rest(pause)) return made;
    }
  }

  /// What came of a call that returns a number of bytes.
  [[nodiscard]] result<std::size_t> count_of(const call_result& made) const {
    if (failed()) return *error_;
    if (made.error != 0) return std::error_code(made.error, std::system_category());
    return static_cast<std::size_t>(made.value);
  }

  /// Blocks for `d` nanoseconds, or until the socket is closed, the deadline or the limit ends. False: error().
  [[nodiscard]] bool rest(nanoseconds d);

 private:
  friend class socket_core;

  [[nodiscard]] bool prepare() noexcept {
    seen_ = changes_in(core_->watch_, side_);  // first: what changes after this is not missed
    deadline_ = core_->deadline_of(side_);
    return (!core_->closed() && deadline_ == never) || is_in_time();
  }

  /// With a limit that has passed the read is tried: the poller may not have told yet of what is there.
  [[nodiscard]] bool wait_if_empty() {
    if (!prepare()) return false;
    return seen_ != core_->emptied_at_ || limit_.passed() || pause();
  }

  [[nodiscard]] bool is_in_time() noexcept;
  [[nodiscard]] bool pause();
  void refuse() noexcept;
  [[nodiscard]] watch_end wait(readiness what, std::uint32_t seen, const wait_limit& limit);
  [[nodiscard]] bool fail(std::error_code error) noexcept;
  [[nodiscard]] bool ended(watch_end end) noexcept { return end == watch_end::ready || has_time(end); }
  [[nodiscard]] bool has_time(watch_end end) noexcept;

  socket_core* const core_;
  const readiness side_;
  const wait_limit& limit_;
  std::uint32_t seen_ = 0;
  wanted_read* wanted_ = nullptr;
  nanoseconds deadline_ = never;
  bool taken_ = false;
  bool dropped_ = false;                      // under the lock: its run has ended, and it counts no more
  atomic<const goroutine*> asleep_{nullptr};  // whose operation it is, while it sleeps
  std::optional<std::error_code> error_;
};

/// Counts the operation. True: the side is its own.
inline bool socket_core::take(turn& mine) {
  lock_.lock();
  turn*& holder = holder_of(mine.side_);
  if (closed() || holder != nullptr) [[unlikely]] {
    return take_slow(mine);
  }
  ++operations_;
  holder = &mine;
  lock_.unlock();
  return true;
}

/// To the one who waits longest, if anybody does. Leaves.
inline void socket_core::give(turn& mine) noexcept {
  lock_.lock();
  if (mine.dropped_ || closed() || queued_ != 0) [[unlikely]] {
    return give_slow(mine);
  }
  --operations_;
  holder_of(mine.side_) = nullptr;
  lock_.unlock();
}

}  // namespace weft::detail
