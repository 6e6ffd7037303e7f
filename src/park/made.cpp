// SPDX-License-Identifier: Apache-2.0
//
// A table by address. Nothing is taken out: what is made in the place of another is noted in its place, and statics,
// which are not noted, take nobody's. Addresses are kept inverted, so that a search for pointers (chan/reach.hpp) does
// not find them. It is a mode for looking at a program; each object that is made costs some hundred nanoseconds.
#include "park/made.hpp"

#include <cstdio>
#include <unordered_map>

#include "park/settings.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::detail {

namespace {

std::uint8_t asked_for() noexcept {
  const bool sites = !diag_setting("sites").empty();
  const bool attempts = !diag_setting("livelock").empty();
  const bool locks = attempts || !diag_setting("locks").empty() || !diag_setting("lockorder").empty();
  return static_cast<std::uint8_t>((sites ? note_sites : 0) | (locks ? note_locks : 0) |
                                   (attempts ? note_attempts : 0));
}

struct site_table {
  word_lock lock;
  std::unordered_map<std::uintptr_t, site> sites;  // under lock
};

site_table& table() {
  static auto* const only = new site_table;  // never destroyed: statics may be made later
  return *only;
}

std::uintptr_t hide(const void* object) noexcept { return ~reinterpret_cast<std::uintptr_t>(object); }

}  // namespace

const std::uint8_t notes_wanted = asked_for();

void note_made(const void* object, site where) noexcept {
  site_table& all = table();
  all.lock.lock();
  all.sites[hide(object)] = where;
  all.lock.unlock();
}

site made_at(const void* object) noexcept {
  if ((notes_wanted & note_sites) == 0 || object == nullptr) return {};
  site_table& all = table();
  all.lock.lock();
  const auto found = all.sites.find(hide(object));
  const site where = found != all.sites.end() ? found->second : site{};
  all.lock.unlock();
  return where;
}

made_text::made_text(const void* object) noexcept : text{} {
  const site where = made_at(object);
  if (where.line != 0) std::snprintf(text, sizeof text, ", made at %s:%u", where.file, where.line);
}

}  // namespace weft::detail
