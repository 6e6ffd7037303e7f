// SPDX-License-Identifier: Apache-2.0
//
// Who is told of which signal. The handler (os/signals.cpp) notes a signal and interrupts the engine, which calls
// attend() on a thread of its own; attend() takes what was noted and sends it round.
//
// The list of subscriptions is guarded by a word_lock, under which dispositions are changed too: a few system calls, by
// who calls notify or stop, which is rare. Nothing is sent under it; attend() copies the handles it needs.
//
// How a subscription ends (withdraw)
//   1. it gets a ticket: it leaves; signals that nobody else wants get their disposition back, and are no more noted
//   2. what was noted until then is sent, to it too: until nothing is pending and nobody attends
//   3. whoever finds that to be so takes out all that leave (sweep)
//   4. whoever has begun to attend in between may have copied it: wait until nobody attends
// The waiting is for parties that do not block, so it is done by yielding. A goroutine may be abandoned there (G7), so
// nothing is left for it to do: it leaves the sending to the engine, and who has attended sweeps. A foreign thread
// attends too, because under sim there may be nobody to drive the engine. What keeps a sweep back, a signal that is
// pending or somebody who attends, is followed by the end of an attend(), and so by another sweep.
//
// A forked child has no engine: there the register is empty, what was caught does what it did before, and the end of a
// notification that there no longer is returns at once.
//
// Memory ordering: everything is seq_cst or under the lock.
#include "weft/signals.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <mutex>
#include <new>
#include <optional>
#include <vector>

#include "os/signals.hpp"
#include "os/thread.hpp"
#include "park/interrupt.hpp"
#include "signal/subscribe.hpp"
#include "weft/detail/atomic.hpp"
#include "weft/detail/panic.hpp"
#include "weft/detail/park.hpp"
#include "weft/detail/word_lock.hpp"

namespace weft::signals {

using namespace detail;

namespace {

struct subscription {
  sender<int> to;
  std::optional<context> ends;  // by the signal, which is not sent then
  signal_set wanted;
  std::uint64_t ticket = 0;  // of the withdrawal that ends it; 0: it stays
};

struct register_of_all {
  word_lock lock;
  std::vector<subscription> entries;   // under lock
  std::uint64_t tickets = 0;           // under lock: given so far
  atomic<std::uint32_t> attending{0};  // how many may be sending
};

register_of_all& all() noexcept {
  static auto* const only = new register_of_all;  // never destroyed: signals come while the program's statics are
  return *only;
}

/// Other threads may have been in the midst of anything: what there was is left where it is.
void in_forked_child() {
  new (&all()) register_of_all;
  forget_signals();
  expect_interrupts(false);
}

std::vector<subscription> interested_in(signal_set signals) {
  std::vector<subscription> found;
  const std::scoped_lock hold(all().lock);
  for (const subscription& each : all().entries) {
    if (!(each.wanted & signals).empty()) found.push_back(each);
  }
  return found;
}

/// Step 2 is over.
bool quiet() noexcept { return !signals_pending() && all().attending.load() == 0; }

/// Step 3. Returns whether what has this ticket is out. What is taken out is destroyed without the lock.
bool sweep(std::uint64_t ticket) {
  std::vector<subscription> out;
  const std::scoped_lock hold(all().lock);
  std::vector<subscription>& entries = all().entries;
  if (quiet()) {
    const auto leaving = [](const subscription& each) { return each.ticket != 0; };
    std::copy_if(entries.begin(), entries.end(), std::back_inserter(out), leaving);
    std::erase_if(entries, leaving);
    if (entries.empty()) expect_interrupts(false);
  }
  return std::none_of(entries.begin(), entries.end(), [=](const subscription& each) { return each.ticket == ticket; });
}

void tell(const subscription& whom, int number) {
  if (whom.ends.has_value()) {
    end_with(*whom.ends, number);
  } else {
    static_cast<void>(whom.to.try_send(number));
  }
}

void attend() {
  all().attending.fetch_add(1);
  for (signal_set come = take_signals(); !come.empty(); come = take_signals()) {
    for (const subscription& each : interested_in(come)) {
      (each.wanted & come).for_each([&](int number) { tell(each, number); });
    }
  }
  if (all().attending.fetch_sub(1) == 1) static_cast<void>(sweep(0));
}

template <class Done>
void yield_until(Done done) {
  while (!done()) {
    if (current() == nullptr) attend();
    yield();
  }
}

signal_set set_of(std::initializer_list<int> numbers) {
  if (numbers.size() == 0) return signals_to_catch();
  signal_set named;
  for (const int number : numbers) {
    const bool possible = number >= 1 && number <= 64 && signals_to_catch().has(number);
    if (!possible) panicf("weft: signal %d cannot be caught", number);
    named = named | signal_set::of(number);
  }
  return named;
}

/// Step 1, under the lock: entries that `concerns` and want some of `named` leave with those. Returns what is wanted by
/// nobody else.
template <class Concerns>
signal_set mark_leaving(signal_set named, std::uint64_t ticket, Concerns concerns) {
  std::vector<subscription>& entries = all().entries;
  signal_set leaving, staying;
  for (std::size_t i = 0, n = entries.size(); i < n; ++i) {
    if (entries[i].ticket != 0) continue;
    const signal_set parting = concerns(entries[i]) ? entries[i].wanted & named : signal_set();
    if (!parting.empty()) {
      entries.push_back({entries[i].to, entries[i].ends, parting, ticket});
      entries[i].wanted = entries[i].wanted.without(parting);
    }
    leaving = leaving | parting;
    staying = staying | entries[i].wanted;
  }
  std::erase_if(entries, [](const subscription& each) { return each.wanted.empty(); });
  return leaving.without(staying);
}

template <class Concerns, class Change>
void withdraw(signal_set named, Concerns concerns, Change change) {
  std::uint64_t ticket = 0;
  {
    const std::scoped_lock hold(all().lock);
    ticket = ++all().tickets;
    const signal_set unwanted = mark_leaving(named, ticket, concerns);
    change(unwanted);
    if (!unwanted.empty()) interrupt();  // the engine holds them back again
  }
  yield_until([=] { return quiet() && sweep(ticket); });  // it polls without the lock
  yield_until([] { return all().attending.load() == 0; });
}

void add(const sender<int>& to, const std::optional<context>& ends, std::initializer_list<int> numbers) {
  const signal_set named = set_of(numbers);
  prepare_interrupts(attend);
  static const bool told_of_forks = (on_fork_child(in_forked_child), true);
  static_cast<void>(told_of_forks);
  const std::scoped_lock hold(all().lock);
  bool known = false;
  for (subscription& each : all().entries) {
    if (each.ticket != 0 || each.to != to) continue;
    each.wanted = each.wanted | named;
    known = true;
  }
  if (!known) all().entries.push_back({to, ends, named});
  expect_interrupts(true);
  named.for_each([](int number) {
    if (const int error = catch_signal(number, interrupt); error != 0) {
      panicf("weft: signal %d cannot be caught: %s", number, std::strerror(error));
    }
  });
  interrupt();  // the engine lets them in
}

}  // namespace

void notify(const sender<int>& to, std::initializer_list<int> numbers) {
  if (to == nullptr) panic("os/signal: Notify using nil channel");
  add(to, std::nullopt, numbers);
}

void subscribe(const sender<int>& as, const context& ends, std::initializer_list<int> numbers) {
  add(as, ends, numbers);
}

void stop(const sender<int>& to) {
  withdraw(
      signals_to_catch(), [&](const subscription& each) { return each.to == to; },
      [](signal_set unwanted) { unwanted.for_each(restore_signal); });
}

void ignore(std::initializer_list<int> numbers) {
  const signal_set named = set_of(numbers);
  withdraw(
      named, [](const subscription&) { return true; }, [named](signal_set) { named.for_each(ignore_signal); });
}

void reset(std::initializer_list<int> numbers) {
  const signal_set named = set_of(numbers);
  withdraw(
      named, [](const subscription&) { return true; }, [named](signal_set) { named.for_each(restore_signal); });
}

bool ignored(int number) { return number >= 1 && number <= 64 && is_ignored_signal(number); }

}  // namespace weft::signals
