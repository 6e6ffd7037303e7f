// SPDX-License-Identifier: Apache-2.0
//
// Which goroutines nobody can wake: a search for pointers, as a conservative garbage collector does it, and what it
// does not find is dead (decision 0020 has the argument).
//
//   suspects   goroutines that wait for channels without a limit. At first all are taken to be stuck.
//   territory  what a suspect alone reaches by itself: its stack from where it stopped, and the callable in its record
//   root       all other memory of the process: data, heap, stacks of threads and of goroutines that are no suspects
//
// A word in a root that is the address of a suspect's channel clears all that wait for it; one that points into a
// territory opens that. What is opened, and the territory of who is cleared, is searched like a root. Who is not
// cleared in the end can be woken by nobody: each channel it waits for is known to suspects alone who are stuck, too.
//
// Left out, because these words wake nobody: the waiting lists in the suspects' channels, records of goroutines but for
// the callables, what an engine keeps per worker (the last lock that it has freed), and stacks below where their
// goroutines stopped or that are nobody's.
//
// Everything that the search keeps is inverted, or it would find itself. What it has on its own stack lies below the
// frame at which the caller's stack begins to be looked at; find_stuck() has put the caller's registers there.
//
// Nobody else runs meanwhile (quiet.hpp). If somebody has, what was found counts for nothing.
//
// Memory ordering: records are read relaxed. Who wrote them has come to rest, and quiet_moment() has seen that.
#include "weft/stuck.hpp"

#include <algorithm>
#include <memory>
#include <unordered_map>

#include "chan/select_wait.hpp"
#include "os/fiber_annotations.hpp"
#include "os/own_memory.hpp"
#include "park/goroutine_groups.hpp"
#include "park/pause.hpp"
#include "park/quiet.hpp"
#include "park/recorder.hpp"
#include "park/registry.hpp"
#include "weft/detail/bounded.hpp"
#include "weft/detail/channel_core.hpp"
#include "weft/detail/panic.hpp"

namespace weft {

namespace detail {

namespace {

using address = std::uintptr_t;

constexpr std::size_t most_memory = std::size_t{16} << 30;
constexpr std::size_t below_stop = 256;  // a parked fiber keeps something below its stack pointer (context.hpp)
constexpr std::size_t most_regions = 64;

address hide(const void* p) noexcept { return ~reinterpret_cast<address>(p); }

struct suspect {
  hidden_range stack;
  hidden_range callable;
  bool cleared = false;
  bool searched = false;
};

/// Ranges that do not overlap, and whose they are.
class territories {
 public:
  static constexpr std::size_t nobody = SIZE_MAX;

  void add(const hidden_range& range, std::size_t whose) { all_.push_back({range, whose}); }

  void put_in_order() {
    std::sort(all_.begin(), all_.end(),
              [](const territory& a, const territory& b) { return a.range.begin() < b.range.begin(); });
    if (!all_.empty()) hull_ = {all_.front().range.begin(), all_.back().range.end()};
  }

  [[nodiscard]] std::size_t whose(address word) const {
    if (!hull_.holds(word)) return nobody;
    const auto after = std::upper_bound(all_.begin(), all_.end(), word,
                                        [](address a, const territory& t) { return a < t.range.begin(); });
    return (after - 1)->range.holds(word) ? (after - 1)->whose : nobody;
  }

 private:
  struct territory {
    hidden_range range;
    std::size_t whose;
  };
  std::vector<territory> all_;
  hidden_range hull_;
};

class search {
 public:
  search(const goroutine& caller, const std::byte* from) : caller_(caller), from_(from) {}

  [[nodiscard]] bool run();

  [[nodiscard]] bool is_stuck(const goroutine& g) const {
    const auto at = by_record_.find(hide(&g));
    return at != by_record_.end() && !suspects_[at->second].cleared;
  }

 private:
  void meet(goroutine& g);
  void suspect_one(const goroutine& g, const channel_core* const* channels, std::size_t n);
  [[nodiscard]] bool waits_for_channels(const goroutine& g);
  void put_in_order();
  void look(address word);
  void clear(std::size_t index);
  void open(std::size_t index);
  void look_at(const hidden_range& range);
  void leave_out(const hidden_range& range) { left_out_.push_back(range); }

  static hidden_range stack_of(const goroutine& g) noexcept {
    const auto low = reinterpret_cast<address>(g.self.bounds.low());
    const auto stop = reinterpret_cast<address>(g.self.at.sp);
    return {std::max(low, stop - below_stop), reinterpret_cast<address>(g.self.bounds.top)};
  }

  const goroutine& caller_;
  const std::byte* const from_;
  bool unknown_ = false;
  std::vector<suspect> suspects_;
  std::unordered_map<address, std::size_t> by_record_;
  std::unordered_map<address, std::vector<std::size_t>> waiting_for_;  // by channel
  territories stacks_;
  territories callables_;
  hidden_range channels_;  // all lie in it
  std::vector<std::size_t> to_search_;
  std::vector<hidden_range> left_out_;
  std::vector<hidden_range> others_;  // stacks and callables of those who are no suspects
};

void search::suspect_one(const goroutine& g, const channel_core* const* channels, std::size_t n) {
  const std::size_t index = suspects_.size();
  suspects_.push_back({stack_of(g), {g.body.bytes, closure::inline_size}});
  stacks_.add(suspects_.back().stack, index);
  callables_.add(suspects_.back().callable, index);
  by_record_.emplace(hide(&g), index);
  for (std::size_t i = 0; i < n; ++i) {
    if (channels[i] == nullptr) continue;
    if (waiting_for_[hide(channels[i])].empty()) leave_out({channels[i], sizeof(channel_core)});
    waiting_for_[hide(channels[i])].push_back(index);
    if (channels[i]->is_timed()) suspects_[index].cleared = true;
    const auto at = reinterpret_cast<address>(channels[i]);
    channels_ = {std::min(channels_.begin() == 0 ? at : channels_.begin(), at), std::max(channels_.end(), at + 1)};
  }
}

/// Whether it does, without a limit; then it is a suspect.
bool search::waits_for_channels(const goroutine& g) {
  const void* const object = g.object.load(memory_order_relaxed);
  switch (g.reason.load(memory_order_relaxed)) {
    case wait_reason::chan_receive_nil:
    case wait_reason::chan_send_nil:
    case wait_reason::select_no_cases:
      return false;  // Go's way to stop one's goroutine: meant
    case wait_reason::chan_receive:
    case wait_reason::chan_send: {
      const auto* const channel = static_cast<const channel_core*>(object);
      if (!channel->is_awaited_by(g)) return false;
      suspect_one(g, &channel, 1);
      return true;
    }
    case wait_reason::select: {
      if (object == nullptr) return false;  // it may give up
      const auto& wait = *static_cast<const select_wait*>(object);
      suspect_one(g, wait.channels, wait.count);
      return true;
    }
    default:
      return false;
  }
}

void search::meet(goroutine& g) {
  const auto state = g.state.load(memory_order_relaxed);
  if (state == goroutine_state::abandoned) return;
  if (g.on_segment) unknown_ = true;  // its own stack lies elsewhere
  if (&g == &caller_) {
    others_.push_back({reinterpret_cast<address>(from_), reinterpret_cast<address>(g.self.bounds.top)});
  } else if (state == goroutine_state::waiting && !g.pinned.load(memory_order_relaxed) && !g.on_segment &&
             waits_for_channels(g)) {
    if (g.custom_stack) leave_out({g.self.bounds.low(), g.self.bounds.size});
    return;
  } else if (g.self.bounds.top != nullptr) {
    others_.push_back(stack_of(g));
  }
  others_.push_back({g.body.bytes, closure::inline_size});
}

void search::clear(std::size_t index) {
  suspects_[index].cleared = true;
  open(index);
}

void search::open(std::size_t index) {
  if (suspects_[index].searched) return;
  suspects_[index].searched = true;
  to_search_.push_back(index);
}

void search::look(address word) {
  if (channels_.holds(word)) {
    if (const auto at = waiting_for_.find(~word); at != waiting_for_.end()) {
      for (const std::size_t index : at->second) clear(index);
    }
  }
  if (const std::size_t whose = stacks_.whose(word); whose != territories::nobody) open(whose);
  if (const std::size_t whose = callables_.whose(word); whose != territories::nobody) open(whose);
}

void search::look_at(const hidden_range& range) {
  for (address at = (range.begin() + 7) / 8 * 8; at + 8 <= range.end(); at += 8) {
    look(*reinterpret_cast<const address*>(at));
  }
}

void search::put_in_order() {
  std::sort(left_out_.begin(), left_out_.end(),
            [](const hidden_range& a, const hidden_range& b) { return a.begin() < b.begin(); });
  stacks_.put_in_order();
  callables_.put_in_order();
  for (std::size_t i = 0; i < suspects_.size(); ++i) {
    if (suspects_[i].cleared) open(i);
  }
}

/// False: it could not be told.
bool search::run() {
  stack regions[most_regions];
  const std::size_t n = stack_regions(regions, most_regions);
  if (n > most_regions) return false;
  for (std::size_t i = 0; i < n; ++i) leave_out({regions[i].low(), regions[i].size});
  const auto leave_this_out = [](void* self, const void* begin, std::size_t size) {
    static_cast<search*>(self)->leave_out({begin, size});
  };
  for_each_slab(leave_this_out, this);
  for_each_worker_memory(leave_this_out, this);
  for_each_event_memory(leave_this_out, this);
  for_each_goroutine([](void* self, goroutine& g) { static_cast<search*>(self)->meet(g); }, this);
  if (unknown_) return false;
  put_in_order();
  for (const hidden_range& each : others_) look_at(each);
  const bool all = visit_own_memory(
      left_out_, most_memory, [](void* self, address word) { static_cast<search*>(self)->look(word); }, this);
  while (!to_search_.empty()) {
    const suspect next = suspects_[to_search_.back()];
    to_search_.pop_back();
    look_at(next.stack);
    look_at(next.callable);
  }
  return all;
}

/// What it has below its frame is not the caller's.
[[gnu::noinline]] bool run_below(const goroutine& caller, std::unique_ptr<search>& made) {
  made = std::make_unique<search>(caller, static_cast<const std::byte*>(__builtin_frame_address(0)));
  return made->run();
}

/// With the registers of whoever called it in its frame.
[[gnu::noinline]] bool run_search(const goroutine& caller, std::unique_ptr<search>& made) {
  __builtin_unwind_init();
  const volatile bool all = run_below(caller, made);  // no tail call: the frame stays
  return all;
}

/// Null: somebody else ran meanwhile, or it could not be told.
std::unique_ptr<search> try_search(const goroutine& caller) {
  std::unique_ptr<search> made;
  const std::uint64_t moment = quiet_moment();
  if (moment == 0 || !run_search(caller, made) || quiet_moment() != moment) made.reset();
  return made;
}

}  // namespace
}  // namespace detail

std::optional<std::vector<leak>> find_stuck(std::chrono::milliseconds patience) {
  const detail::goroutine* const caller = detail::current();
  if (caller == nullptr) detail::panic("weft: find_stuck on a thread that is no goroutine");
  if constexpr (detail::asan_on || detail::tsan_on) return std::nullopt;
  const detail::nanoseconds give_up = detail::now() + std::chrono::nanoseconds(patience).count();
  for (;;) {
    if (const auto found = detail::try_search(*caller); found != nullptr) {
      return detail::group_goroutines(
          [](void* arg, const detail::goroutine& g) { return static_cast<const detail::search*>(arg)->is_stuck(g); },
          found.get(), static_cast<std::uint32_t>(detail::now() / 1'000'000));
    }
    if (detail::now() >= give_up) return std::nullopt;
    detail::pause_for(1'000'000);
  }
}

}  // namespace weft
