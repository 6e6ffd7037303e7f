// SPDX-License-Identifier: Apache-2.0
//
// The search for those who keep each other from what they want (decision 0021).
//
// A wish is old enough if it has failed 64 times within a window or longer, and within the last tenth of one; or
// 100,000 times at one and the same moment, which is how it is under sim, where time stands still while anybody runs.
//
// Circles: of all wishes for locks that are old enough those are taken away, again and again, that somebody stands
// against whose own wishes have all been taken away. If that leaves the party that looks, those that it leads to are
// told of, unless some of them do not lead back: these will be told of when they look.
//
// Misses: at a channel there are no holders. Its history is the word that changes whenever somebody begins or ends to
// wait there. If it was the same at all failures of a sender and of a receiver, nobody has waited there all the time,
// and a channel without a buffer gives nothing to who does not meet somebody who waits (C3).
//
// Whoever fails for the 64th, 128th ... time looks, so that no thread is needed for it.
//
// Memory ordering: the state of a goroutine is relaxed: a run that left it behind has ended before this one began.
#include <algorithm>
#include <iterator>
#include <new>

#include "park/vain_book.hpp"

namespace weft::detail {

namespace {

bool is_channel(wait_reason how) noexcept { return how == wait_reason::chan_send || how == wait_reason::chan_receive; }

/// What a run has left behind wants nothing.
bool was_left_behind(const wish& w) noexcept {
  const auto* const g = static_cast<const goroutine*>(shown(w.record));
  return g != nullptr && (party_of(*g) != w.who || is_abandoned(*g));
}

/// Takes those away whom somebody stands against who is not among the rest.
void keep_closed(std::vector<candidate>& all) {
  for (std::size_t before = all.size() + 1; before != all.size();) {
    before = all.size();
    std::vector<party_number> parties;
    for (const candidate& c : all) parties.push_back(c.what->who);
    std::sort(parties.begin(), parties.end());
    const auto open = [&](const candidate& c) {
      return std::any_of(c.what->had_by.begin(), c.what->had_by.end(),
                         [&](const had& h) { return !std::binary_search(parties.begin(), parties.end(), h.who); });
    };
    all.erase(std::remove_if(all.begin(), all.end(), open), all.end());
  }
}

bool stands_against(const candidate& c, party_number who) {
  return std::any_of(c.what->had_by.begin(), c.what->had_by.end(), [&](const had& h) { return h.who == who; });
}

bool has(const std::vector<candidate>& set, party_number who) {
  return std::any_of(set.begin(), set.end(), [&](const candidate& c) { return c.what->who == who; });
}

/// Those that the first leads to, one wish of each; empty if one of them does not lead back.
std::vector<candidate> circle_of(const std::vector<candidate>& all, const candidate& first) {
  std::vector<candidate> members{first};
  for (std::size_t i = 0; i < members.size(); ++i) {
    for (const had& h : members[i].what->had_by) {
      if (has(members, h.who)) continue;
      members.push_back(
          *std::find_if(all.begin(), all.end(), [&](const candidate& c) { return c.what->who == h.who; }));
    }
  }
  std::vector<candidate> back{first};
  for (std::size_t i = 0; i < back.size(); ++i) {
    for (const candidate& c : members) {
      if (!has(back, c.what->who) && stands_against(c, back[i].what->who)) back.push_back(c);
    }
  }
  if (back.size() != members.size()) members.clear();
  return members;
}

}  // namespace

/// Those who have not had the object for long.
void vain_book::cut(wish& w, const place& at, nanoseconds time) const {
  nanoseconds until = w.first;
  std::uint64_t count = 0;
  const auto is_past = [&](const had& h) {
    const bool has = std::any_of(at.holders.begin(), at.holders.end(), [&](const holder& o) { return o.who == h.who; });
    if (has || (time - h.last <= window_ && w.count - h.at < very_often)) return false;
    until = std::max(until, h.last);
    count = std::max(count, h.at);
    return true;
  };
  w.had_by.erase(std::remove_if(w.had_by.begin(), w.had_by.end(), is_past), w.had_by.end());
  w.first = until;
  w.count -= count;
  w.still = std::min(w.still, w.count);
  for (had& h : w.had_by) h.at -= std::min(h.at, count);
}

bool vain_book::is_old_enough(wish& w, place& at, nanoseconds time) const {
  if (at.signal || time < w.last || was_left_behind(w)) return false;
  cut(w, at, time);
  if (w.had_by.empty() && !is_channel(w.how)) return false;
  if (w.waits) return time - w.first >= window_ || (time == w.last && still_ >= very_often);
  if (time - w.last > window_ / 10) return false;
  return (w.count >= often && time - w.first >= window_) || w.still >= very_often;
}

/// The wishes for locks that are old enough; and tidies up.
std::vector<candidate> vain_book::candidates(nanoseconds time) {
  std::vector<candidate> all;
  const auto is_past = [&](const wish& w) { return is_over(w, time); };
  for (auto next = wanted_.begin(); next != wanted_.end();) {
    const hidden_object where = *next;
    place& at = places_[where];
    at.wishes.erase(std::remove_if(at.wishes.begin(), at.wishes.end(), is_past), at.wishes.end());
    for (wish& w : at.wishes) {
      if (!is_channel(w.how) && is_old_enough(w, at, time)) all.push_back({where, &w});
    }
    next = at.wishes.empty() ? wanted_.erase(next) : std::next(next);
  }
  return all;
}

bool vain_book::find_circle(hidden_object where, wait_reason how, nanoseconds time, livelock* found) {
  const party_number me = this_party();
  std::vector<candidate> all = candidates(time);
  keep_closed(all);
  const auto mine = std::find_if(all.begin(), all.end(), [&](const candidate& c) {
    return c.where == where && c.what->how == how && c.what->who == me;
  });
  if (mine == all.end()) return false;
  const std::vector<candidate> members = circle_of(all, *mine);
  if (members.empty() || !is_news(members, found != nullptr)) return false;
  if (found != nullptr) write_down(members, time, *found);
  return true;
}

/// One wish of each party: the first's own, and of the others one to meet it, if they have that.
bool vain_book::find_miss(place& at, hidden_object where, wait_reason how, nanoseconds time, livelock* found) {
  if (at.told) return false;
  const party_number me = this_party();
  std::vector<candidate> all;
  for (wish& w : at.wishes) {
    if (is_channel(w.how) && is_old_enough(w, at, time)) all.push_back({where, &w});
  }
  const auto mine =
      std::find_if(all.begin(), all.end(), [&](const candidate& c) { return c.what->who == me && c.what->how == how; });
  if (mine == all.end()) return false;
  std::vector<candidate> members{*mine};
  for (const bool meets : {true, false}) {
    for (const candidate& c : all) {
      if (c.what->history != mine->what->history || (c.what->how != how) != meets) continue;
      if (!has(members, c.what->who)) members.push_back(c);
    }
    if (members.size() == 1) return false;
  }
  if (found == nullptr) return true;
  at.told = true;
  write_down(members, time, *found);
  found->misses = true;
  return true;
}

/// Whether these have not been told of together.
bool vain_book::is_news(const std::vector<candidate>& members, bool telling) {
  std::vector<party_number> parties;
  for (const candidate& c : members) parties.push_back(c.what->who);
  std::sort(parties.begin(), parties.end());
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const party_number each : parties) hash = (hash ^ each) * 0x9e3779b97f4a7c15 + (hash >> 29);
  if (told_.size() == most_tellings || std::find(told_.begin(), told_.end(), hash) != told_.end()) return false;
  if (telling) told_.push_back(hash);
  return true;
}

void vain_book::write_down(const std::vector<candidate>& members, nanoseconds time, livelock& into) const {
  into = {};
  into.length = members.size();
  into.told = std::min(members.size(), livelock::most_told);
  into.lasted = never;
  into.tries = UINT64_MAX;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const wish& w = *members[i].what;
    into.lasted = std::min(into.lasted, time - w.first);
    if (!w.waits) into.tries = std::min(into.tries, w.count);
    if (i >= into.told) continue;
    vain_party& p = into.parties[i];
    p = {w.who,
         static_cast<goroutine*>(shown(w.record)),
         shown(members[i].where),
         w.how,
         w.waits,
         w.count,
         time - w.first,
         w.had_by.size(),
         {}};
    for (std::size_t h = 0; h < w.had_by.size() && h < vain_party::most_holders; ++h) p.held_by[h] = w.had_by[h].who;
  }
  into.by_count = into.lasted < window_;
}

bool vain_book::find(const void* object, wait_reason how, livelock* found) {
  const nanoseconds time = moment();
  const auto known = places_.find(hide(object));
  if (known == places_.end()) return false;
  if (is_channel(how)) return find_miss(known->second, hide(object), how, time, found);
  return find_circle(hide(object), how, time, found);
}

bool find_livelock(const void* object, wait_reason how, livelock* found) noexcept {
  vain_book& book = the_vain_book();
  const vain_book_guard hold(book);
  try {
    return book.find(object, how, found);
  } catch (const std::bad_alloc&) {
    return false;
  }
}

}  // namespace weft::detail
