// SPDX-License-Identifier: Apache-2.0
//
// A livelock as text, as JSON and as a graph, and what is done about it (decision 0021).
//
// The party whose attempt has failed makes the report, where it is, with no lock held. Its stack may be small, so it
// goes on on a larger one, where what was found and its sentence are kept.
//
// Reports wait for each other: of one that tells (`turn`) its party is known, so that nobody waits for one whose run
// has left it behind, and that none is made from within a callback: its party looks again when it fails the next time
// outside. Nobody waits for ever either, since a callback may never return: after ten seconds its turn is over, and
// that of the next begins.
//
// Memory ordering: relaxed; a picture of those who go on.
#include <algorithm>
#include <cstdio>
#include <iterator>
#include <mutex>

#include "base/report_buffer.hpp"
#include "base/report_hook.hpp"
#include "os/thread.hpp"
#include "os/walk.hpp"
#include "park/attempts.hpp"
#include "park/deadlock_words.hpp"
#include "park/dump.hpp"
#include "park/held_locks.hpp"
#include "park/made.hpp"
#include "park/pause.hpp"
#include "park/settings.hpp"
#include "weft/detail/word_lock.hpp"
#include "weft/livelock.hpp"
#include "weft/stack.hpp"

namespace weft {

namespace detail {

namespace {

constexpr std::size_t report_stack = std::size_t{32} * 1024;
constexpr std::size_t own_frames = 2;  // report_livelock() and who calls it

atomic<int> policy_set{-1};  // by on_livelock; a deadlock_policy
atomic<void (*)(const livelock_report&)> callback_set{nullptr};

/// Who tells; nobody_known: nobody.
struct whose_turn {
  word_lock lock;
  party_number who = nobody_known;
  const goroutine* record = nullptr;  // of a goroutine
};

constinit whose_turn turn;

/// The parent's reports are not told in its child.
[[maybe_unused]] const bool looks_after_forks = (on_fork_child([] {
                                                   turn.who = nobody_known;
                                                   turn.lock.unlock();
                                                 }),
                                                 true);

/// With `at_once` although it may be another's.
bool take_turn(bool at_once) noexcept {
  const std::lock_guard hold(turn.lock);
  const bool left_behind = turn.record != nullptr && (party_of(*turn.record) != turn.who || is_abandoned(*turn.record));
  if (turn.who != nobody_known && !left_behind && !at_once) return false;
  turn.who = this_party();
  turn.record = current();
  return true;
}

bool has_turn() noexcept {
  const std::lock_guard hold(turn.lock);
  return turn.who == this_party();
}

void end_turn() noexcept {
  const std::lock_guard hold(turn.lock);
  if (turn.who == this_party()) turn.who = nobody_known;
}

deadlock_policy policy() noexcept {
  const int set = policy_set.load(memory_order_relaxed);
  if (set >= 0) return static_cast<deadlock_policy>(set);
  return diag_setting("livelock") == "abort" ? deadlock_policy::abort : deadlock_policy::log;
}

const char* verb(const vain_party& p) noexcept {
  switch (p.how) {
    case wait_reason::rwmutex_rlock:
      return "read";
    case wait_reason::semaphore:
      return "acquire";
    case wait_reason::chan_send:
      return "send to";
    case wait_reason::chan_receive:
      return "receive from";
    default:
      return "lock";
  }
}

/// Null if it has ended: then the record may be another's.
const goroutine* record_of(const vain_party& p) noexcept {
  return p.record != nullptr && party_of(*p.record) == p.who ? p.record : nullptr;
}

bool is_thread(party_number who) noexcept { return (who & thread_party) != 0; }

/// "tried 512 times to lock mutex 0x7f.. (made at hall.cpp:12), which goroutine 8 held".
void write_wish(text_buffer& out, const vain_party& p) noexcept {
  if (p.waits)
    out.add("waited to ");
  else
    out.add("tried %llu times to ", static_cast<unsigned long long>(p.tries));
  out.add("%s %s %p", verb(p), kind_of_object(p.how), p.object);
  if (const site made = made_at(p.object, p.how); made.line != 0) out.add(" (made at %s:%u)", made.file, made.line);
  for (std::size_t i = 0; i < p.holders && i < vain_party::most_holders; ++i) {
    out.add("%s%s", i == 0 ? ", which " : " or ", party_text(p.held_by[i]).text);
  }
  if (p.holders > vain_party::most_holders) out.add(" or another");
  if (p.holders > 0) out.add(" held");
}

void write_sentence(const livelock& found, text_buffer& out) noexcept {
  bool threads = false;
  for (std::size_t i = 0; i < found.told; ++i) threads = threads || is_thread(found.parties[i].who);
  out.add("%zu goroutines%s have %s for ", found.length, threads ? " and threads" : "",
          found.misses ? "missed each other" : "kept each other from what they want");
  if (found.by_count)
    out.add("%llu tries", static_cast<unsigned long long>(found.tries));
  else
    out.add("%.1f s", static_cast<double>(found.lasted) / 1e9);
  for (std::size_t i = 0; i < found.told; ++i) {
    const vain_party& p = found.parties[i];
    const goroutine* const record = record_of(p);
    const char* const label = record != nullptr ? record->label : nullptr;
    out.add("%s%s%s%s%s ", i == 0 ? ": " : ", ", party_text(p.who).text, label != nullptr ? " {" : "",
            label != nullptr ? label : "", label != nullptr ? "}" : "");
    write_wish(out, p);
  }
  if (found.told < found.length) out.add(" and so on");
  out.add(found.misses ? ", and none waited for another" : ", and none got it");
}

/// Its line, stack and start.
void print_place(int fd, const livelock& found, const vain_party& p) noexcept {
  if (p.record == nullptr) {
    write_format(fd, "\n%s:\n    (no goroutine; stack not shown)\n", party_text(p.who).text);
  } else if (p.who == this_party()) {
    report_buffer out(fd);
    print_header(out, *p.record, 0);
    const std::size_t own = std::min(found.depth, own_frames);
    print_frames(out, found.frames + own, found.depth - own, naming::demangled);
    out.print("  started at %s:%u\n", p.record->file, p.record->line);
  } else if (record_of(p) == nullptr) {
    write_format(fd, "\n%s:\n    (has ended by now)\n", party_text(p.who).text);
  } else {
    print_goroutine(fd, *p.record, false, static_cast<std::uint32_t>(now() / 1'000'000));
  }
}

void add_wish(text_out& out, const vain_party& p) noexcept {
  out.text("{\"party\": ");
  add_string(out, party_text(p.who).text);
  out.text(", \"kind\": ");
  add_string(out, kind_of_object(p.how));
  out.text(", \"object\": \"");
  out.hexadecimal(reinterpret_cast<std::uintptr_t>(p.object));
  out.text("\"");
  add_made(out, p.object, p.how);
  out.text(p.waits ? ", \"does\": \"waits\", \"wants\": " : ", \"does\": \"tries\", \"wants\": ");
  add_string(out, verb(p));
  add_number(out, ", \"tries\": ", p.tries);
  add_number(out, ", \"lasted_ms\": ", static_cast<std::uint64_t>(p.lasted / 1'000'000));
  out.text(", \"held_by\": [");
  for (std::size_t i = 0; i < p.holders && i < vain_party::most_holders; ++i) {
    if (i > 0) out.text(", ");
    add_string(out, party_text(p.held_by[i]).text);
  }
  out.text("]");
  add_holds(out, p.who);
  add_start(out, record_of(p));
  out.text("}");
}

}  // namespace

}  // namespace detail

struct livelock_teller {
  static void tell(const void* object, detail::wait_reason how, void* const* frames, std::size_t depth) {
    using namespace detail;
    livelock found;
    if (!find_livelock(object, how, &found)) return;
    found.frames = frames;
    found.depth = depth;
    char words[2000];
    text_buffer sentence{words, sizeof words};
    write_sentence(found, sentence);
    const livelock_report report(found, words);
    if (auto* const callback = callback_set.load(memory_order_relaxed)) {
      callback(report);
      return;
    }
    print_report(report, "livelock", words, diag_setting("livelockform"), policy() == deadlock_policy::abort);
  }
};

std::size_t livelock_report::parties() const noexcept { return found_.length; }

void livelock_report::print(int fd) const noexcept {
  using namespace detail;
  for (std::size_t i = 0; i < found_.told; ++i) {
    const vain_party& p = found_.parties[i];
    print_place(fd, found_, p);
    char words[700];
    text_buffer wish{words, sizeof words};
    write_wish(wish, p);
    write_format(fd, "  %s\n", words);
    print_held(fd, p.who, nullptr);
  }
}

void livelock_report::print_json(int fd) const noexcept {
  using namespace detail;
  text_out out(fd);
  out.text(found_.misses ? "{\"kind\": \"miss\"" : "{\"kind\": \"circle\"");
  add_number(out, ", \"parties\": ", found_.length);
  add_number(out, ", \"lasted_ms\": ", static_cast<std::uint64_t>(found_.lasted / 1'000'000));
  out.text(", \"livelock\": [");
  for (std::size_t i = 0; i < found_.told; ++i) {
    if (i > 0) out.text(", ");
    add_wish(out, found_.parties[i]);
  }
  out.text("]}\n");
  static_cast<void>(out.flush());
}

void livelock_report::print_graph(int fd) const noexcept {
  using namespace detail;
  text_out out(fd);
  out.text("digraph livelock {\n");
  for (std::size_t i = 0; i < found_.told; ++i) {
    const vain_party& p = found_.parties[i];
    char words[700];
    text_buffer wish{words, sizeof words};
    write_wish(wish, p);
    const auto add_edge = [&](const char* to) {
      add_arrow(out, party_text(p.who).text, to);
      out.text(" [label=");
      add_string(out, words);
      out.text("];\n");
    };
    char missed[40];
    std::snprintf(missed, sizeof missed, "chan %p", p.object);
    if (found_.misses) add_edge(missed);
    for (std::size_t h = 0; h < p.holders && h < vain_party::most_holders; ++h) add_edge(party_text(p.held_by[h]).text);
    print_held_edges(out, p.who);
  }
  out.text("}\n");
  static_cast<void>(out.flush());
}

deadlock_policy on_livelock(deadlock_policy policy) noexcept {
  const deadlock_policy before = detail::policy();
  detail::policy_set.store(static_cast<int>(policy), detail::memory_order_relaxed);
  detail::callback_set.store(nullptr, detail::memory_order_relaxed);
  return before;
}

void on_livelock(void (*callback)(const livelock_report& report)) noexcept {
  detail::callback_set.store(callback, detail::memory_order_relaxed);
}

namespace detail {

[[gnu::noinline]] void report_livelock(const void* object, wait_reason how) {
  if (policy() == deadlock_policy::ignore && callback_set.load(memory_order_relaxed) == nullptr) return;
  if (has_turn()) return;
  if (!succeeds_soon([] { return take_turn(false); })) static_cast<void>(take_turn(true));
  void* frames[50];
  const goroutine* const me = current();
  const std::size_t depth = me != nullptr ? walk_caller(me->self.bounds, frames, std::size(frames)) : 0;
  ensure_stack(report_stack, [&] { livelock_teller::tell(object, how, frames, depth); });
  end_turn();
}

}  // namespace detail

}  // namespace weft
