// SPDX-License-Identifier: Apache-2.0
//
// The search for those who keep each other from what they want (decision 0021).
//
// A wish is old enough if it has failed 64 times (`livelocktries`) within a window or longer, and lately: within the
// last quarter of the window, or, where fewer than eight failures are asked for, while two of them might take place;
// and in any case after the party that looks has begun to try. A quarter, because on a machine with much to do a thread
// may be without a processor for a tenth of a second. Or if it has failed 100,000 times at one and the same moment,
// which is how it is under sim, where time stands still while anybody runs.
//
// Circles, through the party that looks and what it has just tried for. From all wishes for locks that are old enough
// those are taken away, again and again, that somebody stands against who has no wish left, or from whose wishes no way
// leads to that party. Of what is left each party has one wish that leads nearer to it than the others; with these,
// those that the party leads to all lead back. If there are such wishes they are found: none of theirs is ever taken
// away.
//
// Misses: at a channel there are no holders. Its history is the word that changes whenever somebody begins or ends to
// wait there. If it was the same at all failures of a sender and of a receiver, nobody has waited there all the time,
// and a channel without a buffer gives nothing to who does not meet somebody who waits (C3).
//
// Whoever fails for the 64th, 128th ... time looks, so that no thread is needed for it; and the last of those in a
// livelock whose failures become that many finds it.
//
// Memory ordering: the state of a goroutine is relaxed: a run that left it behind has ended before this one began.
#include <algorithm>
#include <cstdint>
#include <iterator>

#include "park/vain_book.hpp"

namespace weft::detail {

namespace {

bool is_channel(wait_reason how) noexcept { return how == wait_reason::chan_send || how == wait_reason::chan_receive; }

bool has(const std::vector<candidate>& set, party_number who) {
  return std::any_of(set.begin(), set.end(), [&](const candidate& c) { return c.what->who == who; });
}

using distances = std::unordered_map<party_number, std::size_t>;

/// How far it is to the first from each party that leads to it, over who stands against whom.
distances distances_to(const std::vector<candidate>& all, const candidate& first) {
  std::unordered_map<party_number, std::vector<party_number>> against;
  for (const candidate& c : all) {
    for (const had& h : c.what->had_by) against[h.who].push_back(c.what->who);
  }
  distances far{{first.what->who, 0}};
  std::vector<party_number> next{first.what->who};
  for (std::size_t i = 0; i < next.size(); ++i) {
    for (const party_number who : against[next[i]]) {
      if (far.emplace(who, far[next[i]] + 1).second) next.push_back(who);
    }
  }
  return far;
}

/// Leaves those whose holders all lead to the first, over wishes that are left. False: the first is not among them.
bool keep_closed(std::vector<candidate>& all, const candidate& first, distances& far) {
  for (std::size_t before = all.size() + 1; before != all.size();) {
    before = all.size();
    far = distances_to(all, first);
    std::unordered_set<party_number> parties;
    for (const candidate& c : all) parties.insert(c.what->who);
    const auto open = [&](const candidate& c) {
      return std::any_of(c.what->had_by.begin(), c.what->had_by.end(),
                         [&](const had& h) { return parties.count(h.who) == 0 || far.count(h.who) == 0; });
    };
    all.erase(std::remove_if(all.begin(), all.end(), open), all.end());
    if (std::none_of(all.begin(), all.end(), [&](const candidate& c) { return c.what == first.what; })) return false;
  }
  return true;
}

/// The one that leads nearest to the first.
std::size_t nearest(const wish& w, const distances& far) {
  std::size_t least = SIZE_MAX;
  for (const had& h : w.had_by) least = std::min(least, far.at(h.who));
  return least;
}

/// Those that the first leads to, one wish of each, which all lead back; empty if there are none.
std::vector<candidate> circle_through(std::vector<candidate> all, const candidate& first) {
  distances far;
  if (!keep_closed(all, first, far)) return {};
  std::unordered_map<party_number, candidate> chosen;
  for (const candidate& c : all) {
    const auto known = chosen.emplace(c.what->who, c).first;
    if (nearest(*c.what, far) < nearest(*known->second.what, far)) known->second = c;
  }
  chosen.at(first.what->who) = first;
  std::vector<candidate> members{first};
  std::unordered_set<party_number> known{first.what->who};
  for (std::size_t i = 0; i < members.size(); ++i) {
    for (const had& h : members[i].what->had_by) {
      if (known.insert(h.who).second) members.push_back(chosen.at(h.who));
    }
  }
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

bool vain_book::is_old_enough(wish& w, const place& at, moments when) const {
  if (at.signal || at.on_their_way > 0 || w.unknown || when.now < w.last) return false;
  cut(w, at, when.now);
  if (w.had_by.empty() && !is_channel(w.how)) return false;
  const bool long_enough = when.now - w.first >= window_;
  if (w.waits) {
    // Who is given a mutex, and does not know yet, seems to wait.
    const bool in_vain = w.how != wait_reason::mutex_lock || !at.holders.empty();
    return in_vain && (long_enough || (when.now == w.last && still_ >= very_often));
  }
  if (w.last < when.since || w.latest <= when.since_failure) return false;
  return (w.count >= often_ && long_enough) || w.still >= very_often;
}

/// The wishes for locks that are old enough; and tidies up.
std::vector<candidate> vain_book::candidates(moments when) {
  std::vector<candidate> all;
  const auto is_past = [&](const wish& w) { return is_over(w, when.now) || is_gone(w); };
  for (auto next = wanted_.begin(); next != wanted_.end();) {
    const hidden_object where = *next;
    place& at = places_[where];
    at.wishes.erase(std::remove_if(at.wishes.begin(), at.wishes.end(), is_past), at.wishes.end());
    for (wish& w : at.wishes) {
      if (!is_channel(w.how) && is_old_enough(w, at, when)) all.push_back({where, &w});
    }
    next = at.wishes.empty() ? wanted_.erase(next) : std::next(next);
  }
  return all;
}

bool vain_book::find_circle(hidden_object where, wait_reason how, moments when, livelock* found) {
  const party_number me = this_party();
  const std::vector<candidate> all = candidates(when);
  const auto mine = std::find_if(all.begin(), all.end(), [&](const candidate& c) {
    return c.where == where && c.what->how == how && c.what->who == me;
  });
  if (mine == all.end()) return false;
  const std::vector<candidate> members = circle_through(all, *mine);
  if (members.empty() || !is_news(members, found != nullptr)) return false;
  if (found != nullptr) write_down(members, when.now, *found);
  return true;
}

/// One wish of each party: the first's own, and of the others one to meet it, if they have that.
bool vain_book::find_miss(place& at, hidden_object where, wait_reason how, moments when, livelock* found) {
  if (at.told) return false;
  const party_number me = this_party();
  std::vector<candidate> all;
  for (wish& w : at.wishes) {
    if (is_channel(w.how) && !is_gone(w) && is_old_enough(w, at, when)) all.push_back({where, &w});
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
  write_down(members, when.now, *found);
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
  into.by_count = window_ == 0 || into.lasted < window_;
}

bool vain_book::find(const void* object, wait_reason how, livelock* found) {
  const auto known = places_.find(hide(object));
  if (known == places_.end()) return false;
  place& at = known->second;
  const party_number me = this_party();
  const auto mine =
      std::find_if(at.wishes.begin(), at.wishes.end(), [&](const wish& w) { return w.who == me && w.how == how; });
  if (mine == at.wishes.end()) return false;
  const nanoseconds time = moment();
  const auto lately = static_cast<nanoseconds>(2 * window_ / static_cast<nanoseconds>(std::min(often_, few)));
  const moments when{time, window_ == 0 ? mine->first : time - lately, mine->begun};
  if (is_channel(how)) return find_miss(at, hide(object), how, when, found);
  return find_circle(hide(object), how, when, found);
}

/// Relaxed: see above.
bool is_gone(const wish& w) noexcept {
  const auto* const g = static_cast<const goroutine*>(shown(w.record));
  return g != nullptr && (party_of(*g) != w.who || is_abandoned(*g));
}

bool find_livelock(const void* object, wait_reason how, livelock* found) noexcept {
  return with_vain_book([&](vain_book& book) { return book.find(object, how, found); });
}

}  // namespace weft::detail
