// SPDX-License-Identifier: Apache-2.0
//
// A lock that many readers may hold together, or one writer alone. It blocks the goroutine, not the thread.
//
//     weft::shared_mutex m;
//     { std::shared_lock read(m); look_up(table); }
//     { std::scoped_lock write(m); change(table); }
//     if (m.lock_shared(ctx)) { std::shared_lock read(m, std::adopt_lock); look_up(table); }   // or ctx was cancelled
//
// SharedTimedLockable: works with std::shared_lock, std::unique_lock and std::scoped_lock. Not owned: one goroutine may
// lock it and another unlock it. May be used from goroutines and from other threads. Its destruction while somebody
// waits for it panics: "weft: shared_mutex destroyed while somebody waits for it".
//
// Fairness (M5): a writer that waits keeps new readers out, so a reader must not lock it a second time; an unlock lets
// in all readers that have come meanwhile, before the next writer. So neither kind starves the other.
//
// Who waits for a lock that is held by who, in turn, waits for him, is told, as far as it is known who holds it: a
// writer, or one reader alone (D7).
//
// Happens-before: an unlock before every later lock of either kind; an unlock_shared before every later lock().
#pragma once

#include <chrono>
#include <cstdint>

#include "weft/clock.hpp"
#include "weft/detail/made.hpp"
#include "weft/detail/party.hpp"
#include "weft/detail/wait_queue.hpp"
#include "weft/result.hpp"

namespace weft {

class shared_mutex {
 public:
  constexpr shared_mutex(detail::site where = detail::site::here()) noexcept { detail::made(this, where); }
  shared_mutex(const shared_mutex&) = delete;
  shared_mutex& operator=(const shared_mutex&) = delete;
  ~shared_mutex() {
    if (!queue_.empty() || detail::locks_are_noted()) [[unlikely]]
      end_slow();
  }

  // ---- alone ----

  /// Blocks until the lock is ours alone.
  void lock() { static_cast<void>(enter(writer, {})); }

  /// The same, until a context is cancelled. errc::cancelled or errc::timed_out: the lock is not ours. A context that
  /// is cancelled already wins over a lock that is free.
  [[nodiscard]] result<void> lock(const detail::wait_limit& limit) {
    return detail::result_of(enter(writer, limit), limit);
  }

  /// Takes the lock if nobody has it or waits for it.
  [[nodiscard]] bool try_lock() noexcept { return try_once(writer); }

  /// Blocks for at most `d`, or until `when`, of any clock; whether the lock is ours. A time that has passed is one
  /// try.
  template <class Rep, class Period>
  [[nodiscard]] bool try_lock_for(const std::chrono::duration<Rep, Period>& d) {
    return enter(writer, detail::within(d)) == detail::wait_end::completed;
  }
  template <class Clock, class Duration>
  [[nodiscard]] bool try_lock_until(const std::chrono::time_point<Clock, Duration>& when) {
    return enter(writer, detail::until(when)) == detail::wait_end::completed;
  }

  /// Frees the lock. Fatal "sync: Unlock of unlocked RWMutex" if no writer has it.
  void unlock();

  // ---- together ----

  /// Blocks until the lock is ours together with other readers.
  void lock_shared() {
    queue_.lock();
    if (free_for(reader) && !detail::locks_are_noted()) [[likely]] {
      owner_.read_alone(readers_++ == 0);
      queue_.unlock();
    } else {
      static_cast<void>(wait(reader, {}));
    }
  }
  [[nodiscard]] result<void> lock_shared(const detail::wait_limit& limit) {
    return detail::result_of(enter(reader, limit), limit);
  }

  /// Takes the lock if no writer has it or waits for it.
  [[nodiscard]] bool try_lock_shared() noexcept { return try_once(reader); }

  template <class Rep, class Period>
  [[nodiscard]] bool try_lock_shared_for(const std::chrono::duration<Rep, Period>& d) {
    return enter(reader, detail::within(d)) == detail::wait_end::completed;
  }
  template <class Clock, class Duration>
  [[nodiscard]] bool try_lock_shared_until(const std::chrono::time_point<Clock, Duration>& when) {
    return enter(reader, detail::until(when)) == detail::wait_end::completed;
  }

  /// Frees the lock. Fatal "sync: RUnlock of unlocked RWMutex" if no reader has it.
  void unlock_shared() {
    queue_.lock();
    if ((readers_ > 1 || (readers_ == 1 && queue_.empty())) && !detail::locks_are_noted()) [[likely]] {
      owner_.leave();
      --readers_;
      queue_.unlock();
    } else {
      reader_leaves();
    }
  }

 private:
  enum kind : bool { reader, writer };

  [[nodiscard]] bool free_for(kind who) const noexcept {
    return !writing_ && queue_.empty() && (who == reader || readers_ == 0);
  }
  void admit(kind who) noexcept;
  void let_in(kind who, detail::wait_node& node, detail::wait_list& admitted) noexcept;
  void enter_locked(kind who) noexcept;
  [[nodiscard]] const detail::wait_edge* writer_in_front() noexcept;
  bool try_once(kind who) noexcept;
  bool try_enter(kind who) noexcept;
  detail::wait_end enter(kind who, const detail::wait_limit& limit);
  detail::wait_end wait(kind who, const detail::wait_limit& limit);
  detail::wait_end wait_if_need_be(kind who, const detail::wait_limit& limit);
  void admit_waiting_readers(detail::wait_list& admitted) noexcept;
  void admit_those_in_front(detail::wait_list& admitted) noexcept;
  void reader_leaves();
  void end_slow() noexcept;

  [[no_unique_address]] detail::wait_queue queue_;  // a slot that is not null is a writer's
  bool writing_ = false;                            // somebody has it alone; under the queue's lock, as the next
  std::int64_t readers_ = 0;                        // who have the lock together
  [[no_unique_address]] detail::owner_mark owner_;  // the writer, or the reader if there is one
};

}  // namespace weft
