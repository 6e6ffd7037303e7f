// SPDX-License-Identifier: Apache-2.0
//
// The order of locks, in the manner of Linux's lockdep, but by lock and not by class of locks: so two of a kind that
// are taken in the order of their addresses are no inversion, and what is reported can happen.
//
//   held    for each party the locks that it holds, in the order in which it took them (held_locks.cpp)
//   orders  from a lock to those that were taken while it was held, with who did it first, where, and what else he held
// A new order A before B is an inversion if there is a way from B to A in `orders`. It is none if on the whole way
// some other lock was always held too: that one keeps the two apart. Where an order is met again and fewer others are
// held, it counts as the one that was met then. Each pair is reported once.
//
// One lock guards it all, and the standard containers grow under it: this is a mode for tests. Without memory what
// cannot be written down is missing, and so is all in a forked child if somebody was writing at the fork. What is known
// of a lock goes with it, at its destruction, or, if that never comes, when another in its place is taken for the first
// time (mutex.cpp): goroutines that a run has left behind leave their locks, and their stacks are used again. Addresses
// are kept inverted, so that a search for pointers (chan/reach.hpp) does not find them.
//
// Memory ordering: what is asked for is relaxed: whoever asks finds the same.
//
// Rejected: classes by the place of creation, which find an inversion before the same two locks are met in both orders,
// but call every list of locks an inversion with itself; Linux has annotations for those.
#include "park/lock_order.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <new>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/report_hook.hpp"
#include "os/symbol.hpp"
#include "os/thread.hpp"
#include "os/walk.hpp"
#include "park/goroutine.hpp"
#include "park/held_locks.hpp"
#include "park/made.hpp"
#include "park/noted.hpp"
#include "park/settings.hpp"

namespace weft::detail {

namespace {

constexpr std::size_t most_frames = 24;
constexpr std::size_t most_orders = 16;  // in one report

/// An address, inverted.
using hidden_lock = std::uintptr_t;

hidden_lock hide(const void* lock) noexcept { return ~reinterpret_cast<std::uintptr_t>(lock); }
const void* shown(hidden_lock lock) noexcept { return reinterpret_cast<const void*>(~lock); }

/// B was taken while A was held.
struct order {
  hidden_lock first;
  hidden_lock second;
  party_number who;
  const char* file;  // where the goroutine was started; null for a thread
  std::uint32_t line;
  std::vector<hidden_lock> also_held;
  std::size_t depth;
  void* frames[most_frames];
  bool told;  // it is part of an inversion that was reported
};

struct lock_book {
  std::unordered_map<hidden_lock, std::vector<order>> orders;
  bool told_of_no_memory = false;
};

constinit noted<lock_book> book;

constexpr std::uint8_t asked_for = 1, locks = 2, orders_too = 4;

/// What WEFT_DIAG says is to be watched: 0, or bits.
std::uint8_t watched() noexcept {
  static constinit atomic<std::uint8_t> known{0};
  std::uint8_t bits = known.load(memory_order_relaxed);
  if (bits == 0) {
    const bool orders = !diag_setting("lockorder").empty();
    const bool held = !diag_setting("locks").empty() || !diag_setting("livelock").empty();
    bits = asked_for | (orders ? locks | orders_too : held ? locks : std::uint8_t{0});
    known.store(bits, memory_order_relaxed);
  }
  return bits & (locks | orders_too);
}

[[maybe_unused]] const bool looks_after_forks = (on_fork_child([] { book.look_after_fork(); }), true);

bool kept_apart(const std::vector<order*>& way, const order& closing) {
  return std::any_of(closing.also_held.begin(), closing.also_held.end(), [&](hidden_lock gate) {
    return std::all_of(way.begin(), way.end(), [&](const order* each) {
      return std::find(each->also_held.begin(), each->also_held.end(), gate) != each->also_held.end();
    });
  });
}

/// A shortest way of orders, empty if there is none. Breadth-first, and not by recursion: it runs on whatever stack the
/// lock was taken on. Book locked.
std::vector<order*> way_between(lock_book& b, hidden_lock from, hidden_lock to) {
  std::unordered_map<hidden_lock, order*> reached_by{{from, nullptr}};
  std::vector<hidden_lock> next{from};
  for (std::size_t i = 0; i < next.size(); ++i) {
    const auto known = b.orders.find(next[i]);
    if (known == b.orders.end()) continue;
    for (order& each : known->second) {
      if (!reached_by.emplace(each.second, &each).second) continue;
      next.push_back(each.second);
    }
  }
  std::vector<order*> way;
  const auto end = reached_by.find(to);
  if (end == reached_by.end()) return way;
  for (order* each = end->second; each != nullptr; each = reached_by[each->first]) way.push_back(each);
  std::reverse(way.begin(), way.end());
  return way;
}

const char* kind_of(party_number who) noexcept { return (who & thread_party) != 0 ? "thread" : "goroutine"; }

unsigned long long number_of(party_number who) noexcept { return shown_id(who & ~thread_party); }

void print_order(const order& o) {
  constexpr auto mutex = wait_reason::mutex_lock;
  write_format(2, "\n%s %llu took mutex %p%s while it held mutex %p%s:\n", kind_of(o.who), number_of(o.who),
               shown(o.second), made_text(shown(o.second), mutex).text, shown(o.first),
               made_text(shown(o.first), mutex).text);
  for (std::size_t i = 0; i < o.depth; ++i) print_frame(2, o.frames[i]);
  if (o.file != nullptr) write_format(2, "  started at %s:%u\n", o.file, o.line);
}

void report(const order& closing, const std::vector<order>& way) {
  write_format(2, "weft: lock order: mutex %p and mutex %p are taken in both orders, by %s %llu and by %s %llu",
               shown(closing.first), shown(closing.second), kind_of(closing.who), number_of(closing.who),
               kind_of(way.front().who), number_of(way.front().who));
  if (way.size() > 1) write_format(2, ", over %zu locks", way.size() + 1);
  write_text(2, "\n");
  print_order(closing);
  for (std::size_t i = 0; i < way.size() && i < most_orders; ++i) print_order(way[i]);
  if (way.size() > most_orders) write_format(2, "\n... and %zu more\n", way.size() - most_orders);
  write_text(2, "\n");
}

[[gnu::noinline]] order order_here(hidden_lock first, hidden_lock second, party_number who,
                                   const std::vector<hidden_lock>& held) {
  order made{first, second, who, nullptr, 0, {}, 0, {}, false};
  for (const hidden_lock each : held) {
    if (each != first && each != second) made.also_held.push_back(each);
  }
  if (const goroutine* const me = current(); me != nullptr) {
    made.file = me->file;
    made.line = me->line;
    made.depth = walk_caller(me->self.bounds, made.frames, most_frames);
    constexpr std::size_t own = 3;  // this function, note_order and note_taken
    if (made.depth > own) {
      std::copy(made.frames + own, made.frames + made.depth, made.frames);
      made.depth -= own;
    }
  }
  return made;
}

struct inversion {
  order closing;
  std::vector<order> way;
};

bool is_among(hidden_lock lock, const std::vector<hidden_lock>& held) {
  return std::find(held.begin(), held.end(), lock) != held.end();
}

/// An order that is known says nothing new if all that was held then is held again.
bool says_nothing_new(const order& known, const std::vector<hidden_lock>& held) {
  return known.told || std::all_of(known.also_held.begin(), known.also_held.end(),
                                   [&](hidden_lock each) { return is_among(each, held); });
}

/// If the order has closed an inversion that was not reported yet, adds it. Book locked.
void look_for_inversion(lock_book& b, order& closing, std::vector<inversion>& found) {
  const std::vector<order*> way = way_between(b, closing.second, closing.first);
  if (way.empty() || kept_apart(way, closing)) return;
  closing.told = true;
  inversion made{closing, {}};
  for (order* const each : way) {
    each->told = true;
    made.way.push_back(*each);
  }
  found.push_back(std::move(made));
}

/// `who` has taken a mutex while it holds others. Book locked. [[gnu::always_inline]]: order_here() leaves out the
/// frame of its caller.
[[gnu::always_inline]] inline void note_orders(lock_book& b, hidden_lock lock, party_number who,
                                               const std::vector<hidden_lock>& held, std::vector<inversion>& found) {
  for (const hidden_lock first : held) {
    if (first == lock) continue;
    std::vector<order>& known = b.orders[first];
    auto at = std::find_if(known.begin(), known.end(), [&](const order& each) { return each.second == lock; });
    if (at != known.end() && says_nothing_new(*at, held)) continue;
    order here = order_here(first, lock, who, held);
    if (at == known.end()) {
      at = known.insert(at, std::move(here));
    } else {
      std::erase_if(here.also_held, [&](hidden_lock each) { return !is_among(each, at->also_held); });
      *at = std::move(here);
    }
    look_for_inversion(b, *at, found);
  }
}

/// The caller has taken a mutex while it holds others.
[[gnu::noinline]] void note_order(hidden_lock lock, party_number who) {
  std::vector<inversion> found;
  lock_book* const b = book.lock();
  if (b == nullptr) return;
  try {
    std::vector<hidden_lock> held;
    for (const held_lock& each : locks_of(who)) {
      if (each.how == wait_reason::mutex_lock) held.push_back(each.hidden);
    }
    note_orders(*b, lock, who, held, found);
  } catch (const std::bad_alloc&) {
    if (!std::exchange(b->told_of_no_memory, true)) {
      write_text(2, "weft: lock order: no memory is left; from now on orders may be missing\n");
    }
  }
  book.unlock();
  for (const inversion& each : found) report(each.closing, each.way);
}

}  // namespace

bool locks_are_watched() noexcept { return watched() != 0; }

[[gnu::noinline]] void note_taken(const void* lock, party_number who, bool may_have_waited) noexcept {
  if ((watched() & orders_too) != 0 && may_have_waited) note_order(hide(lock), who);
  note_held(lock, wait_reason::mutex_lock, who);
}

void note_freed(const void* lock, party_number owner) noexcept { note_left(lock, owner); }

void forget_lock(const void* lock) noexcept {
  forget_held(lock);
  lock_book* const b = book.lock();
  if (b == nullptr) return;
  b->orders.erase(hide(lock));
  for (auto& [first, known] : b->orders) {
    known.erase(
        std::remove_if(known.begin(), known.end(), [&](const order& each) { return each.second == hide(lock); }),
        known.end());
  }
  book.unlock();
}

party_number ask_for_party() noexcept {
  const goroutine* const me = locks_are_watched() ? current() : nullptr;
  if (me != nullptr) return party_of(*me);
  const party_number number = number_of_thread();
  if (!locks_are_watched()) *party_slot() = number;
  return number;
}

}  // namespace weft::detail
