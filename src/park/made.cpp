// SPDX-License-Identifier: Apache-2.0
//
// A table by address. Nothing is taken out: what is made in the place of another is noted in its place, and statics,
// which are not noted, take nobody's. Addresses are kept inverted, so that a search for pointers (chan/reach.hpp) does
// not find them. It is a mode for looking at a program; each object that is made costs some hundred nanoseconds. What
// there is no memory for is not noted.
#include "park/made.hpp"

#include <cstdio>
#include <new>
#include <unordered_map>

#include "os/thread.hpp"
#include "park/noted.hpp"
#include "park/settings.hpp"

namespace weft::detail {

namespace {

std::uint8_t asked_for() noexcept {
  const bool sites = !diag_setting("sites").empty();
  const bool attempts = !diag_setting("livelock").empty();
  const bool locks = attempts || !diag_setting("locks").empty() || !diag_setting("lockorder").empty();
  return static_cast<std::uint8_t>((sites ? note_sites : 0) | (locks ? note_locks : 0) |
                                   (attempts ? note_attempts : 0));
}

constinit noted<std::unordered_map<std::uintptr_t, site>> sites;

[[maybe_unused]] const bool looks_after_forks = (on_fork_child([] { sites.look_after_fork(); }), true);

/// Whether constructors note where they are called.
bool is_noted(wait_reason waited_for) noexcept {
  switch (waited_for) {
    case wait_reason::chan_receive:
    case wait_reason::chan_send:
    case wait_reason::mutex_lock:
    case wait_reason::rwmutex_rlock:
    case wait_reason::rwmutex_lock:
    case wait_reason::wait_group:
    case wait_reason::once:
    case wait_reason::condition:
    case wait_reason::semaphore:
    case wait_reason::barrier:
      return true;
    default:
      return false;
  }
}

std::uintptr_t hide(const void* object) noexcept { return ~reinterpret_cast<std::uintptr_t>(object); }

}  // namespace

const std::uint8_t notes_wanted = asked_for();

void note_made(const void* object, site where) noexcept {
  auto* const all = sites.lock();
  if (all == nullptr) return;
  try {
    (*all)[hide(object)] = where;
  } catch (const std::bad_alloc&) {
  }
  sites.unlock();
}

site made_at(const void* object, wait_reason waited_for) noexcept {
  if ((notes_wanted & note_sites) == 0 || object == nullptr || !is_noted(waited_for)) return {};
  const auto* const all = sites.lock();
  if (all == nullptr) return {};
  const auto found = all->find(hide(object));
  const site where = found != all->end() ? found->second : site{};
  sites.unlock();
  return where;
}

made_text::made_text(const void* object, wait_reason waited_for) noexcept : text{} {
  const site where = made_at(object, waited_for);
  if (where.line != 0) std::snprintf(text, sizeof text, ", made at %s:%u", where.file, where.line);
}

}  // namespace weft::detail
