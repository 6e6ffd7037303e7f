// SPDX-License-Identifier: Apache-2.0
//
// The order of locks, in the manner of Linux's lockdep, but by lock and not by class of locks: so two of a kind that
// are taken in the order of their addresses are no inversion, and what is reported can happen.
//
//   held    for each party the locks that it holds, in the order in which it took them (held_locks.cpp)
//   orders  from a lock to those that were taken while it was held, with who did it first, where, and what else he held
// A new order A before B is an inversion if there is a way from B to A in `orders`. It is none if on the whole way
// some other lock was always held too: that one keeps the two apart. Each pair is reported once.
//
// One lock guards it all, and the standard containers grow under it: this is a mode for tests. Without memory what
// cannot be written down is missing. What is known of a lock goes with it: another may be made in its place. Addresses
// are kept inverted, so that a search for pointers (chan/reach.hpp) does not find them.
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
#include "os/walk.hpp"
#include "park/goroutine.hpp"
#include "park/held_locks.hpp"
#include "park/made.hpp"
#include "park/settings.hpp"
#include "weft/detail/word_lock.hpp"

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
};

struct lock_book {
  word_lock lock;  // of all that follows
  std::unordered_map<hidden_lock, std::vector<order>> orders;
  bool told_of_no_memory = false;
};

/// Never destroyed: statics may be locks.
lock_book& book() noexcept {
  alignas(lock_book) static std::byte memory[sizeof(lock_book)];
  static auto* const only = ::new (memory) lock_book;
  return *only;
}

bool kept_apart(const std::vector<const order*>& way, const order& closing) {
  return std::any_of(closing.also_held.begin(), closing.also_held.end(), [&](hidden_lock gate) {
    return std::all_of(way.begin(), way.end(), [&](const order* each) {
      return std::find(each->also_held.begin(), each->also_held.end(), gate) != each->also_held.end();
    });
  });
}

/// A shortest way of orders, empty if there is none. Breadth-first, and not by recursion: it runs on whatever stack the
/// lock was taken on. Book locked.
std::vector<const order*> way_between(const lock_book& b, hidden_lock from, hidden_lock to) {
  std::unordered_map<hidden_lock, const order*> reached_by{{from, nullptr}};
  std::vector<hidden_lock> next{from};
  for (std::size_t i = 0; i < next.size(); ++i) {
    const auto known = b.orders.find(next[i]);
    if (known == b.orders.end()) continue;
    for (const order& each : known->second) {
      if (!reached_by.emplace(each.second, &each).second) continue;
      next.push_back(each.second);
    }
  }
  std::vector<const order*> way;
  const auto end = reached_by.find(to);
  if (end == reached_by.end()) return way;
  for (const order* each = end->second; each != nullptr; each = reached_by[each->first]) way.push_back(each);
  std::reverse(way.begin(), way.end());
  return way;
}

const char* kind_of(party_number who) noexcept { return (who & thread_party) != 0 ? "thread" : "goroutine"; }

unsigned long long number_of(party_number who) noexcept { return shown_id(who & ~thread_party); }

void print_order(const order& o) {
  write_format(2, "\n%s %llu took mutex %p%s while it held mutex %p%s:\n", kind_of(o.who), number_of(o.who),
               shown(o.second), made_text(shown(o.second)).text, shown(o.first), made_text(shown(o.first)).text);
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
  order made{first, second, who, nullptr, 0, {}, 0, {}};
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

/// `who` has taken a mutex while it holds others. Book locked. [[gnu::always_inline]]: order_here() leaves out the
/// frame of its caller.
[[gnu::always_inline]] inline void note_orders(lock_book& b, hidden_lock lock, party_number who,
                                               const std::vector<hidden_lock>& held, std::vector<inversion>& found) {
  for (const hidden_lock first : held) {
    if (first == lock) continue;
    std::vector<order>& known = b.orders[first];
    if (std::any_of(known.begin(), known.end(), [&](const order& each) { return each.second == lock; })) continue;
    known.push_back(order_here(first, lock, who, held));
    const std::vector<const order*> way = way_between(b, lock, first);
    if (way.empty() || kept_apart(way, known.back())) continue;
    inversion made{known.back(), {}};
    for (const order* each : way) made.way.push_back(*each);
    found.push_back(std::move(made));
  }
}

/// The caller has taken a mutex while it holds others.
[[gnu::noinline]] void note_order(hidden_lock lock, party_number who) {
  lock_book& b = book();
  std::vector<inversion> found;
  b.lock.lock();
  try {
    std::vector<hidden_lock> held;
    for (const held_lock& each : locks_of(who)) {
      if (each.how == wait_reason::mutex_lock) held.push_back(each.hidden);
    }
    note_orders(b, lock, who, held, found);
  } catch (const std::bad_alloc&) {
    if (!std::exchange(b.told_of_no_memory, true)) {
      write_text(2, "weft: lock order: no memory is left; from now on orders may be missing\n");
    }
  }
  b.lock.unlock();
  for (const inversion& each : found) report(each.closing, each.way);
}

}  // namespace

bool locks_are_watched() noexcept {
  static const bool asked =
      !diag_setting("lockorder").empty() || !diag_setting("locks").empty() || !diag_setting("livelock").empty();
  return asked;
}

[[gnu::noinline]] void note_taken(const void* lock, party_number who, bool may_have_waited) noexcept {
  static const bool orders_wanted = !diag_setting("lockorder").empty();
  if (orders_wanted && may_have_waited) note_order(hide(lock), who);
  note_held(lock, wait_reason::mutex_lock, who);
}

void note_freed(const void* lock, party_number owner) noexcept { note_left(lock, owner); }

void forget_lock(const void* lock) noexcept {
  forget_held(lock);
  lock_book& b = book();
  b.lock.lock();
  b.orders.erase(hide(lock));
  for (auto& [first, known] : b.orders) {
    known.erase(
        std::remove_if(known.begin(), known.end(), [&](const order& each) { return each.second == hide(lock); }),
        known.end());
  }
  b.lock.unlock();
}

party_number ask_for_party() noexcept {
  const goroutine* const me = locks_are_watched() ? current() : nullptr;
  if (me != nullptr) return party_of(*me);
  const party_number number = number_of_thread();
  if (!locks_are_watched()) *party_slot() = number;
  return number;
}

}  // namespace weft::detail
