// SPDX-License-Identifier: Apache-2.0
//
// What happens, as it is written down: failures, waits, and who has what.
#include "park/attempts.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/report_hook.hpp"
#include "os/thread.hpp"
#include "park/settings.hpp"
#include "park/vain_book.hpp"

namespace weft::detail {

namespace {

constexpr std::size_t most_had_by = 64;

/// What is no number, or too small, says nothing.
std::int64_t setting(std::string_view key, std::int64_t usual, std::int64_t least, std::int64_t most) noexcept {
  const std::string_view text = diag_setting(key);
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_one = read.ec == std::errc{} && read.ptr == text.data() + text.size();
  return is_one && number >= least ? std::min(number, most) : usual;
}

[[maybe_unused]] const bool looks_after_forks = (on_fork_child([] { the_vain_book.look_after_fork(); }), true);

template <class F>
void written_in_book(F f) noexcept {
  static_cast<void>(with_vain_book([&](vain_book& book) { return f(book), true; }));
}

[[gnu::noinline]] void note_failure(const void* object, wait_reason how, std::uint64_t history) noexcept {
  const bool found = with_vain_book(
      [&](vain_book& book) { return book.fail(object, how, history) && book.find(object, how, nullptr); });
  if (found) report_livelock(object, how);
}

}  // namespace

constinit noted<vain_book> the_vain_book;

void tell_of_no_memory() noexcept { write_text(2, "weft: livelock: no memory is left; from now on none is told of\n"); }

/// `livelockafter=`, in milliseconds, and `livelocktries=`.
vain_book::vain_book() noexcept
    : window_(setting("livelockafter", 1000, 0, 3'600'000) * nanoseconds{1'000'000}),
      often_(static_cast<std::uint64_t>(setting("livelocktries", 64, 2, 1'000'000))) {}

void vain_book::close() noexcept {
  closed_ = true;
  places_.clear();
  wanted_.clear();
  told_.clear();
}

nanoseconds vain_book::moment() noexcept {
  const nanoseconds time = now();
  if (time != now_) still_ = 0;
  now_ = time;
  return time;
}

void vain_book::begin(wish& w, nanoseconds time) const noexcept {
  w.first = time;
  w.count = w.still = 0;
  w.begun = failures_;
  w.had_by.clear();
}

/// Somebody else has the object. What so many have is no circle.
void vain_book::touch(wish& w, party_number who, nanoseconds time) const {
  const auto known = std::find_if(w.had_by.begin(), w.had_by.end(), [&](const had& h) { return h.who == who; });
  if (known != w.had_by.end()) {
    known->last = time;
    known->at = w.count;
    return;
  }
  if (w.had_by.size() == most_had_by) begin(w, time);
  w.had_by.push_back({who, time, w.count});
}

place& vain_book::wanted_place(const void* object) {
  place& at = places_[hide(object)];
  if (at.wishes.empty()) wanted_.insert(hide(object));
  return at;
}

bool vain_book::is_long_ago(nanoseconds when, nanoseconds time) const noexcept {
  return window_ != 0 && time - when > window_;
}

bool vain_book::is_over(const wish& w, nanoseconds time) const noexcept {
  return !w.waits && (time < w.last || is_long_ago(w.last, time));
}

/// The caller's; null: there are too many.
wish* vain_book::wish_of(place& at, wait_reason how, nanoseconds time) {
  const party_number me = this_party();
  const auto mine =
      std::find_if(at.wishes.begin(), at.wishes.end(), [&](const wish& w) { return w.who == me && w.how == how; });
  if (mine != at.wishes.end()) return &*mine;
  if (at.wishes.size() == most_wishes) {
    const auto old = [&](const wish& w) { return is_over(w, time) || is_gone(w); };
    at.wishes.erase(std::remove_if(at.wishes.begin(), at.wishes.end(), old), at.wishes.end());
    if (at.wishes.size() == most_wishes) return nullptr;
  }
  wish made;
  made.who = me;
  made.record = hide((me & thread_party) == 0 ? current() : nullptr);
  made.how = how;
  made.first = made.last = time;
  made.begun = failures_;
  at.wishes.push_back(std::move(made));
  return &at.wishes.back();
}

bool vain_book::fail(const void* object, wait_reason how, std::uint64_t history) {
  const nanoseconds time = moment();
  ++still_;
  place& at = wanted_place(object);
  wish* const w = wish_of(at, how, time);
  if (w == nullptr) return false;
  if (std::exchange(w->waits, false) || w->history != history || is_over(*w, time)) begin(*w, time);
  w->still = time == w->last ? w->still + 1 : 1;
  w->last = time;
  w->history = history;
  w->latest = ++failures_;
  ++w->count;
  bool mine = false;
  bool anothers = false;
  for (const holder& h : at.holders) {
    (h.who == w->who ? mine : anothers) = true;
    if (h.who != w->who) touch(*w, h.who, time);
  }
  if (mine && !anothers) begin(*w, time);
  w->unknown = how == wait_reason::mutex_lock && at.holders.empty();
  return w->count != 0 && w->count % often_ == 0;
}

void vain_book::wait(const void* object, wait_reason how) {
  const nanoseconds time = moment();
  place& at = wanted_place(object);
  wish* const w = wish_of(at, how, time);
  if (w == nullptr) return;
  begin(*w, time);
  w->waits = true;
  w->last = time;
  for (const holder& h : at.holders) {
    if (h.who != w->who) touch(*w, h.who, time);
  }
}

/// Of all who want it.
void vain_book::touch_all(place& at, party_number who) {
  if (at.wishes.empty()) return;
  const nanoseconds time = now();
  for (wish& w : at.wishes) {
    w.unknown = false;  // it was this one
    if (w.who != who) touch(w, who, time);
  }
}

void vain_book::got(const void* object, wait_reason how, party_number who, std::int64_t units) {
  place& at = places_[hide(object)];
  const auto fulfilled = [&](const wish& w) {
    return w.who == who && (w.how == how || how == wait_reason::rwmutex_lock);
  };
  at.wishes.erase(std::remove_if(at.wishes.begin(), at.wishes.end(), fulfilled), at.wishes.end());
  const auto has = std::find_if(at.holders.begin(), at.holders.end(), [&](const holder& h) { return h.who == who; });
  if (has != at.holders.end())
    has->units += units;
  else
    at.holders.push_back({who, units});
  touch_all(at, who);
}

void vain_book::given_back(const void* object, party_number who, std::int64_t units, bool foreign) {
  const auto found = places_.find(hide(object));
  if (found == places_.end()) return;
  place& at = found->second;
  const auto has = std::find_if(at.holders.begin(), at.holders.end(), [&](const holder& h) { return h.who == who; });
  if (has != at.holders.end() && (has->units -= units) <= 0) at.holders.erase(has);
  if (foreign) {
    at.signal = true;
    at.holders.clear();
  }
  touch_all(at, who);
}

void vain_book::forget(const void* object) {
  places_.erase(hide(object));
  wanted_.erase(hide(object));
}

void vain_book::let_in(const void* object) { ++places_[hide(object)].on_their_way; }

void vain_book::arrived(const void* object) {
  std::uint32_t& left = places_[hide(object)].on_their_way;
  if (left > 0) --left;
}

void note_refused(const void* object, wait_reason how) noexcept { note_failure(object, how, 0); }

void note_missed(const void* channel, bool sends, std::uint64_t history) noexcept {
  note_failure(channel, sends ? wait_reason::chan_send : wait_reason::chan_receive, history);
}

void note_waiting(const void* object, wait_reason how) noexcept {
  written_in_book([&](vain_book& book) { book.wait(object, how); });
}

void note_got(const void* object, wait_reason how, party_number who, std::int64_t units) noexcept {
  written_in_book([&](vain_book& book) { book.got(object, how, who, units); });
}

void note_given_back(const void* object, party_number who, std::int64_t units, bool foreign) noexcept {
  written_in_book([&](vain_book& book) { book.given_back(object, who, units, foreign); });
}

void note_on_its_way(const void* object) noexcept {
  written_in_book([&](vain_book& book) { book.let_in(object); });
}

void note_arrived(const void* object) noexcept {
  written_in_book([&](vain_book& book) { book.arrived(object); });
}

void forget_attempts(const void* object) noexcept {
  written_in_book([&](vain_book& book) { book.forget(object); });
}

}  // namespace weft::detail
