// SPDX-License-Identifier: Apache-2.0
//
// One lock guards it all: this is a mode for looking at a program, in which every lock takes the slow way. What there
// is no memory for is missing from reports, and so, in a forked child, is what was being written down at the fork.
#include "park/held_locks.hpp"

#include <algorithm>
#include <cstdio>
#include <new>
#include <unordered_map>

#include "os/thread.hpp"
#include "park/attempts.hpp"
#include "park/made.hpp"
#include "park/noted.hpp"

namespace weft::detail {

namespace {

using holdings = std::unordered_map<party_number, std::vector<held_lock>>;

constinit noted<holdings> all;

[[maybe_unused]] const bool looks_after_forks = (on_fork_child([] { all.look_after_fork(); }), true);

std::uintptr_t hide(const void* object) noexcept { return ~reinterpret_cast<std::uintptr_t>(object); }

void add(const held_lock& taken, party_number who) noexcept {
  holdings* const h = all.lock();
  if (h == nullptr) return;
  try {
    (*h)[who].push_back(taken);
  } catch (const std::bad_alloc&) {
  }
  all.unlock();
  if (attempts_are_noted()) note_got(taken.object(), taken.how, who, taken.units);
}

/// Locked. Takes up to `units` from those that were taken last; how many are left to take.
std::int64_t take_out(holdings& h, std::uintptr_t hidden, party_number who, std::int64_t units) {
  const auto of = h.find(who);
  if (of == h.end()) return units;
  std::vector<held_lock>& held = of->second;
  for (std::size_t i = held.size(); i-- > 0 && units > 0;) {
    if (held[i].hidden != hidden) continue;
    const std::int64_t taken = std::min(units, held[i].units);
    units -= taken;
    held[i].units -= taken;
    if (held[i].units == 0) held.erase(held.begin() + static_cast<std::ptrdiff_t>(i));
  }
  if (held.empty()) h.erase(of);
  return units;
}

/// Locked.
void erase_all(holdings& h, std::uintptr_t hidden) {
  for (auto& [who, held] : h) {
    held.erase(std::remove_if(held.begin(), held.end(), [&](const held_lock& l) { return l.hidden == hidden; }),
               held.end());
  }
}

}  // namespace

void note_held(const void* object, wait_reason how, party_number who) noexcept { add({hide(object), how, 1}, who); }

void note_held(const void* object, wait_reason how, std::int64_t units) noexcept {
  if (units > 0) add({hide(object), how, units}, this_party());
}

void note_left(const void* object, party_number who) noexcept {
  holdings* const h = all.lock();
  if (h == nullptr) return;
  take_out(*h, hide(object), who, 1);
  all.unlock();
  if (attempts_are_noted()) note_given_back(object, who, 1, who != this_party());
}

void note_left_here(const void* object, std::int64_t units) noexcept {
  const party_number me = this_party();
  holdings* const h = all.lock();
  if (h == nullptr) return;
  const bool foreign = take_out(*h, hide(object), me, units) > 0;
  if (foreign) erase_all(*h, hide(object));
  all.unlock();
  if (attempts_are_noted()) note_given_back(object, me, units, foreign);
}

void forget_held(const void* object) noexcept {
  holdings* const h = all.lock();
  if (h == nullptr) return;
  erase_all(*h, hide(object));
  all.unlock();
  if (attempts_are_noted()) forget_attempts(object);
}

std::vector<held_lock> locks_of(party_number who) {
  std::vector<held_lock> held;
  const holdings* const h = all.lock();
  if (h == nullptr) return held;
  const auto of = h->find(who);
  try {
    if (of != h->end()) held = of->second;
  } catch (const std::bad_alloc&) {
  }
  all.unlock();
  return held;
}

held_text::held_text(const held_lock& held) noexcept : text{} {
  char amount[32] = "";
  if (held.how == wait_reason::semaphore) {
    std::snprintf(amount, sizeof amount, "%lld of ", static_cast<long long>(held.units));
  }
  std::snprintf(text, sizeof text, "%s%s %p%s%s", amount, kind_of_object(held.how), held.object(),
                held.how == wait_reason::rwmutex_rlock ? " to read" : "", made_text(held.object(), held.how).text);
}

}  // namespace weft::detail
