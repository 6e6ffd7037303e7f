// SPDX-License-Identifier: Apache-2.0
//
// The table of what is wanted in vain.
//
// A place is an object: who has it now, and the wishes for it. A wish belongs to one party and one way to get the
// object (to read, to write ...). It begins with a failure, and ends when the party gets the object in that way. While
// it lasts, everybody who has had the object is written down: who had it at a failure, who gets it, who gives it back.
// So of a wish it is known that since `first` it has failed `count` times, and that nobody has had the object since but
// those in `had_by`, and perhaps the party itself in another way. A party that waits without a limit has a wish, too,
// with no failures.
//
// A wish begins anew when a window passes without a failure, or when it fails because of the party itself alone. Who
// has not had the object for a window is cut off, with the time and the failures until then: what is left is as true.
// If the window is 0 no time is too long.
//
// There are moments at which somebody has an object and it is not written down, because he has just got it. Of a mutex
// they are known by this, that nobody has it: what has failed then is not told of before it is known who it was
// (`unknown`), and who waits is not told of then. With other objects whoever comes in writes it down under the
// object's lock; who has waited and is let in by another is counted until he does so himself (`on_their_way`).
//
// What a party gives back that it had not got makes the object a signal: nobody knows who will give.
//
// Bounds: 64 wishes for an object and 64 in one `had_by`; what is more is not looked at. One lock guards it all; it is
// a mode for looking at a program. Addresses, also of records, are kept inverted, so that a search for pointers
// (chan/reach.hpp) does not find them. Any function may throw std::bad_alloc; then somebody may be missing, and the
// book is closed for good.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "park/attempts.hpp"
#include "park/noted.hpp"

namespace weft::detail {

/// Who has an object now.
struct holder {
  party_number who;
  std::int64_t units;
};

/// Who has had it during a wish.
struct had {
  party_number who;
  nanoseconds last;
  std::uint64_t at;  // the wish's count by then
};

struct wish {
  party_number who = nobody_known;
  std::uintptr_t record = 0;  // inverted; of null: a foreign thread
  wait_reason how = wait_reason::none;
  bool waits = false;
  bool unknown = false;  // who had it at the last failure
  nanoseconds first = 0;
  nanoseconds last = 0;  // failure; or when it began to wait
  std::uint64_t count = 0;
  std::uint64_t still = 0;    // failures at the moment `last`
  std::uint64_t history = 0;  // of a channel, at the last failure
  std::uint64_t begun = 0;    // how many failures of all there had been when it began
  std::uint64_t latest = 0;   // which of all was its last failure
  std::vector<had> had_by{};
};

struct place {
  std::vector<holder> holders{};
  std::vector<wish> wishes{};
  std::uint32_t on_their_way = 0;
  bool signal = false;
  bool told = false;  // a channel at which a miss was told of
};

/// An address, inverted.
using hidden_object = std::uintptr_t;

[[nodiscard]] inline hidden_object hide(const void* object) noexcept {
  return ~reinterpret_cast<std::uintptr_t>(object);
}
[[nodiscard]] inline void* shown(hidden_object object) noexcept { return reinterpret_cast<void*>(~object); }

/// A wish that is old enough to be told of.
struct candidate {
  hidden_object where;
  const wish* what;
};

/// Now, and since when others must have tried for it to be told of them: a time, and a number of failures of all.
struct moments {
  nanoseconds now, since;
  std::uint64_t since_failure;
};

/// Its functions are called with its lock held.
class vain_book {
 public:
  vain_book() noexcept;

  // What happens; attempts.cpp.

  /// Whether it is time to look.
  [[nodiscard]] bool fail(const void* object, wait_reason how, std::uint64_t history);
  void wait(const void* object, wait_reason how);
  void got(const void* object, wait_reason how, party_number who, std::int64_t units);
  void given_back(const void* object, party_number who, std::int64_t units, bool foreign);
  void forget(const void* object);
  void let_in(const void* object);
  void arrived(const void* object);

  /// See find_livelock(); livelock.cpp.
  [[nodiscard]] bool find(const void* object, wait_reason how, livelock* found);

  /// For good.
  void close() noexcept;
  [[nodiscard]] bool is_closed() const noexcept { return closed_; }

 private:
  [[nodiscard]] nanoseconds moment() noexcept;
  [[nodiscard]] place& wanted_place(const void* object);
  [[nodiscard]] wish* wish_of(place& at, wait_reason how, nanoseconds time);
  void touch_all(place& at, party_number who);
  void begin(wish& w, nanoseconds time) const noexcept;
  void touch(wish& w, party_number who, nanoseconds time) const;
  [[nodiscard]] bool is_long_ago(nanoseconds when, nanoseconds time) const noexcept;
  [[nodiscard]] bool is_over(const wish& w, nanoseconds time) const noexcept;
  void cut(wish& w, const place& at, nanoseconds time) const;
  [[nodiscard]] bool is_old_enough(wish& w, const place& at, moments when) const;
  [[nodiscard]] std::vector<candidate> candidates(moments when);
  [[nodiscard]] bool find_circle(hidden_object where, wait_reason how, moments when, livelock* found);
  [[nodiscard]] bool find_miss(place& at, hidden_object where, wait_reason how, moments when, livelock* found);
  [[nodiscard]] bool is_news(const std::vector<candidate>& members, bool telling);
  void write_down(const std::vector<candidate>& members, nanoseconds time, livelock& into) const;

  static constexpr std::uint64_t very_often = 100'000;  // at one moment: as good as a window
  static constexpr std::uint64_t few = 8;
  static constexpr std::size_t most_wishes = 64;
  static constexpr std::size_t most_tellings = 1000;

  const nanoseconds window_;   // 0: only failures count
  const std::uint64_t often_;  // how many must there be
  std::unordered_map<hidden_object, place> places_;
  std::unordered_set<hidden_object> wanted_;  // places with wishes, and perhaps some that had some
  std::vector<std::uint64_t> told_;           // of which sets of parties, by a hash of each
  bool closed_ = false;
  std::uint64_t failures_ = 0;  // of all
  nanoseconds now_ = 0;
  std::uint64_t still_ = 0;  // of these at the moment `now_`
};

/// Who has ended, or was left behind by a run, wants nothing.
[[nodiscard]] bool is_gone(const wish& w) noexcept;

/// The only one.
extern constinit noted<vain_book> the_vain_book;

void tell_of_no_memory() noexcept;

/// What f returns; false if there is no book any more.
template <class F>
bool with_vain_book(F f) noexcept {
  vain_book* const book = the_vain_book.lock();
  if (book == nullptr) return false;
  bool result = false;
  bool lost = false;
  try {
    result = !book->is_closed() && f(*book);
  } catch (const std::bad_alloc&) {
    book->close();
    lost = true;
  }
  the_vain_book.unlock();
  if (lost) tell_of_no_memory();
  return result;
}

}  // namespace weft::detail
