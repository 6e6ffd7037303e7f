// SPDX-License-Identifier: Apache-2.0
//
// A cycle as text, and what is done about it (decision 0018).
//
// The party that closed it makes the report, where it is, with no lock held, before it sleeps. Its stack may be small,
// so it goes on on a larger one, and the cycle and its sentence are kept in static memory: one report at a time. A
// second one waits for the first, but not for ever: a callback may itself never return. Who reports when its run ends
// never comes back, and the next one takes over.
//
// A lock may be unlocked by another than locked it, and then is a signal rather than a lock. Whoever frees, with
// somebody waiting, what another has locked is noticed (note_unlock), and from then on that object makes no cycle. So a
// program that uses one as a signal is told at most once about it, truthfully: "unless somebody else unlocks it". Of a
// thousand such objects some are forgotten, and may be told about once more.
//
// Memory ordering: `told` is acquired and released by those who report, one after another, through `teller`; of one
// that was left behind, the end of its run is the order. Settings and signals are relaxed: each says all there is to
// know.
#include <cstdio>

#include "base/report_hook.hpp"
#include "os/walk.hpp"
#include "park/deadlock_words.hpp"
#include "park/dump.hpp"
#include "park/made.hpp"
#include "park/pause.hpp"
#include "park/settings.hpp"
#include "park/wait_graph.hpp"
#include "weft/diagnosis.hpp"
#include "weft/stack.hpp"

namespace weft {

namespace detail {

namespace {

constexpr std::size_t report_stack = 24 * 1024;

atomic<int> policy_set{-1};  // by on_deadlock or the first report; a deadlock_policy
atomic<void (*)(const deadlock_report&)> callback_set{nullptr};
atomic<const void*> teller{nullptr};  // who uses the next ones: a goroutine's record, or any_thread
constexpr char any_thread = 0;
constinit wait_cycle told{};
constinit char told_sentence[2000]{};
constexpr std::size_t most_frames = 50;
constinit void* teller_frames[most_frames]{};
std::size_t teller_depth = 0;
constinit void* party_frames[most_frames]{};
std::size_t party_depth = 0;

constexpr std::size_t signal_places = 1024;
constexpr std::size_t signal_tries = 8;
constinit atomic<const void*> signals[signal_places]{};  // what has been unlocked by others, by address

deadlock_policy policy() noexcept {
  const int set = policy_set.load(memory_order_relaxed);
  if (set >= 0) return static_cast<deadlock_policy>(set);
  const std::string_view asked = diag_setting("deadlock");
  if (asked == "abort") return deadlock_policy::abort;
  if (asked == "log") return deadlock_policy::log;
  if (asked == "off") return deadlock_policy::ignore;
  return deadlock_policy::by_proof;
}

/// One of the places where an object may stand.
atomic<const void*>& signal_place(const void* object, std::size_t round) noexcept {
  const auto hash = (reinterpret_cast<std::uintptr_t>(object) / 8 * 0x9e3779b97f4a7c15) >> 54;
  return signals[(hash + round) % signal_places];
}

bool is_signal(const void* object) noexcept {
  for (std::size_t round = 0; round < signal_tries; ++round) {
    if (signal_place(object, round).load(memory_order_relaxed) == object) return true;
  }
  return false;
}

void forget_signals() noexcept {
  for (auto& each : signals) each.store(nullptr, memory_order_relaxed);
}

bool is_lock(wait_reason reason) noexcept {
  return reason == wait_reason::mutex_lock || reason == wait_reason::rwmutex_lock ||
         reason == wait_reason::rwmutex_rlock;
}

bool goes_through_signal(const wait_cycle& cycle) noexcept {
  for (std::size_t i = 0; i < cycle.told; ++i) {
    if (is_lock(cycle.parties[i].reason) && is_signal(cycle.parties[i].object)) return true;
  }
  return false;
}

}  // namespace

party_text::party_text(party_number who) noexcept {
  const bool thread = (who & thread_party) != 0;
  std::snprintf(text, sizeof text, "%s %llu", thread ? "thread" : "goroutine",
                static_cast<unsigned long long>(shown_id(who & ~thread_party)));
}

const char* relation(const blocked_party& waiting) noexcept {
  if (waiting.target == wait_target::in_front) return "behind the writer";
  if (is_lock(waiting.reason)) return "held by";
  if (waiting.reason == wait_reason::once) return "run by";
  return waiting.reason == wait_reason::join ? "of" : "to which belongs";
}

namespace {

void write_sentence(const wait_cycle& cycle, text_buffer& out) noexcept {
  for (std::size_t i = 0; i < cycle.told; ++i) {
    const blocked_party& p = cycle.parties[i];
    const blocked_party& next = cycle.parties[(i + 1) % cycle.told];
    if (i == 0)
      out.add("%s waits", party_text(p.who).text);
    else
      out.add(", which waits");
    out.add(" for %s %p %s ", kind_of_object(p.reason), p.object, relation(p));
    out.add("%s", cycle.length == 1 ? "itself" : party_text(next.who).text);
  }
  if (cycle.told < cycle.length) out.add(", and so on, %zu in all", cycle.length);
  bool locks = false;
  bool counts = false;
  for (std::size_t i = 0; i < cycle.told; ++i) {
    locks = locks || is_lock(cycle.parties[i].reason);
    counts = counts || cycle.parties[i].reason == wait_reason::wait_group;
  }
  if (locks) out.add(", unless somebody else unlocks%s", counts ? " or calls done()" : "");
  if (counts && !locks) out.add(", unless somebody else calls done()");
}

void print_had(int fd, const wait_cycle& cycle, std::size_t index) noexcept {
  const party_number who = cycle.parties[index].who;
  const blocked_party& before = cycle.parties[(index + cycle.told - 1) % cycle.told];
  if (before.target == wait_target::in_front) {
    print_held(fd, who, nullptr);
    return;
  }
  const char* const verb = is_lock(before.reason)               ? "holds"
                           : before.reason == wait_reason::once ? "runs"
                           : before.reason == wait_reason::join ? "is"
                                                                : "belongs to";
  write_format(fd, "  %s %s %p%s, for which %s waits\n", verb, kind_of_object(before.reason), before.object,
               made_text(before.object, before.reason).text, party_text(before.who).text);
  print_held(fd, who, before.object);
}

/// Those who were there before sleep, or are about to. Keeps the stack of one; false: it waits no more, and its record
/// may be another's.
bool look_at(const blocked_party& p) noexcept {
  const goroutine& g = *p.record;
  for (int round = 0; round < 100 && g.state.load(memory_order_relaxed) == goroutine_state::running; ++round) yield();
  const auto waits = [&] {
    return party_of(g) == p.who && g.reason.load(memory_order_relaxed) == p.reason &&
           g.object.load(memory_order_relaxed) == p.object;
  };
  const bool before = waits();
  party_depth = before ? copy_stack(g, party_frames, most_frames) : 0;
  return before && waits();
}

void print_party(int fd, const wait_cycle& cycle, std::size_t index) noexcept {
  const blocked_party& p = cycle.parties[index];
  const bool here = p.who == this_party();
  if (p.record == nullptr) {
    write_format(fd, "\n%s [%s, %p]:\n    (no goroutine; stack not shown)\n", party_text(p.who).text, text(p.reason),
                 p.object);
  } else if (!here && !look_at(p)) {
    write_format(fd, "\n%s [%s, %p]:\n    (goes on by now)\n", party_text(p.who).text, text(p.reason), p.object);
  } else {
    const std::uint32_t since = p.record->since_ms.load(memory_order_relaxed);
    const auto now_ms = static_cast<std::uint32_t>(now() / 1'000'000);
    const char* const label = p.record->label;
    write_format(fd, "\n%s [%s, %p, %u ms]%s%s%s:\n", party_text(p.who).text, text(p.reason), p.object,
                 here || now_ms < since ? 0 : now_ms - since, label != nullptr ? " {" : "",
                 label != nullptr ? label : "", label != nullptr ? "}" : "");
    if (here)
      print_stack(fd, *p.record, teller_frames + 1, teller_depth > 0 ? teller_depth - 1 : 0);  // without report()
    else
      print_stack(fd, *p.record, party_frames, party_depth);
  }
  if (const made_text made(p.object, p.reason); made.text[0] != '\0') {
    write_format(fd, "  waits for %s %p%s\n", kind_of_object(p.reason), p.object, made.text);
  }
  print_had(fd, cycle, index);
}

bool was_left_behind(const void* who) noexcept {
  return who != nullptr && who != &any_thread && is_abandoned(*static_cast<const goroutine*>(who));
}

bool claim_telling(const void* me) noexcept {
  return succeeds_soon([me] {
    const void* other = teller.load(memory_order_relaxed);
    return (other == nullptr || was_left_behind(other)) &&
           teller.compare_exchange_strong(other, me, memory_order_acquire);
  });
}

}  // namespace

}  // namespace detail

struct deadlock_teller {
  static void tell(detail::party_number who) {
    using namespace detail;
    if (!find_cycle(who, &told) || goes_through_signal(told)) return;
    text_buffer sentence{told_sentence, sizeof told_sentence};
    write_sentence(told, sentence);
    const deadlock_report report(told, told_sentence);
    if (auto* const callback = callback_set.load(memory_order_relaxed)) {
      callback(report);
      return;
    }
    const deadlock_policy what = policy();
    if (what == deadlock_policy::ignore) return;
    const bool fatal = what == deadlock_policy::abort || (what == deadlock_policy::by_proof && told.certain());
    print_report(report, "deadlock", told_sentence, diag_setting("deadlockform"), fatal);
  }
};

std::size_t deadlock_report::parties() const noexcept { return cycle_.length; }

bool deadlock_report::certain() const noexcept { return cycle_.certain(); }

void deadlock_report::print(int fd) const noexcept {
  for (std::size_t i = 0; i < cycle_.told; ++i) detail::print_party(fd, cycle_, i);
}

deadlock_policy on_deadlock(deadlock_policy policy) noexcept {
  const deadlock_policy before = detail::policy();
  detail::policy_set.store(static_cast<int>(policy), detail::memory_order_relaxed);
  detail::callback_set.store(nullptr, detail::memory_order_relaxed);
  detail::forget_signals();
  return before;
}

void on_deadlock(void (*callback)(const deadlock_report& report)) noexcept {
  detail::callback_set.store(callback, detail::memory_order_relaxed);
  detail::forget_signals();
}

namespace detail {

[[gnu::noinline]] void wait_edge::report() {
  if (policy() == deadlock_policy::ignore && callback_set.load(memory_order_relaxed) == nullptr) return;
  if (!claim_telling(who != nullptr ? static_cast<const void*>(who) : &any_thread)) return;
  teller_depth = who != nullptr ? walk_caller(who->self.bounds, teller_frames, most_frames) : 0;
  struct at_end {
    ~at_end() { teller.store(nullptr, memory_order_release); }
  } const end;
  ensure_stack(report_stack, [this] { deadlock_teller::tell(waiting); });
}

void note_unlock(const void* object, party_number owner) noexcept {
  const party_number locked_by = owner & ~reader_mark;
  if (locked_by == nobody_known || locked_by == this_party() || is_signal(object)) return;
  for (std::size_t round = 0; round < signal_tries; ++round) {
    const void* free = nullptr;
    if (signal_place(object, round).compare_exchange_strong(free, object, memory_order_relaxed)) return;
  }
  signal_place(object, reinterpret_cast<std::uintptr_t>(object) / 4096 % signal_tries)
      .store(object, memory_order_relaxed);
}

}  // namespace detail

}  // namespace weft
