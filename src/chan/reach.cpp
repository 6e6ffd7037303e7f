// SPDX-License-Identifier: Apache-2.0
#include "chan/reach.hpp"

#include <algorithm>
#include <numeric>

#include "chan/select_wait.hpp"
#include "park/quiet.hpp"
#include "park/recorder.hpp"
#include "park/registry.hpp"
#include "park/wait_graph.hpp"
#include "weft/detail/channel_core.hpp"

namespace weft::detail {

namespace {

using address = std::uintptr_t;

constexpr std::size_t most_memory = std::size_t{16} << 30;
constexpr std::size_t below_stop = 256;  // a parked fiber keeps something below its stack pointer (context.hpp)
constexpr std::size_t most_regions = 64;
constexpr std::size_t most_blocks = std::size_t{1} << 20;  // what is beyond is a root

address hide(const void* p) noexcept { return ~reinterpret_cast<address>(p); }

hidden_range stack_of(const goroutine& g) noexcept {
  const auto low = reinterpret_cast<address>(g.self.bounds.low());
  const auto stop = reinterpret_cast<address>(g.self.at.sp);
  return {std::max(low, stop - below_stop), reinterpret_cast<address>(g.self.bounds.top)};
}

/// Whether only the program can end the wait: not the kernel, and not a wait that is meant to be for ever.
bool is_for_the_program(wait_reason reason) noexcept {
  switch (reason) {
    case wait_reason::chan_receive:
    case wait_reason::chan_send:
    case wait_reason::select:
    case wait_reason::mutex_lock:
    case wait_reason::rwmutex_rlock:
    case wait_reason::rwmutex_lock:
    case wait_reason::wait_group:
    case wait_reason::once:
    case wait_reason::condition:
    case wait_reason::semaphore:
    case wait_reason::join:
    case wait_reason::group_wait:
    case wait_reason::barrier:
      return true;
    default:
      return false;
  }
}

}  // namespace

void reach::add_suspect(const goroutine& g) {
  stacks_.emplace(hide(&g), static_cast<std::uint32_t>(territories_.size()));
  const hidden_range stack = stack_of(g);
  territories_.push_back({stack, hide(&g), lasts(stack), false});
  territories_.push_back({{g.body.bytes, closure::inline_size}});
  if (g.custom_stack) leave_out({g.self.bounds.low(), g.self.bounds.size});
}

/// Whether it lies in an arena for stacks: these are never given back.
bool reach::lasts(const hidden_range& range) const {
  return std::any_of(arenas_.begin(), arenas_.end(), [&](const hidden_range& each) {
    return range.begin() >= each.begin() && range.end() <= each.end();
  });
}

void reach::meet(goroutine& g) {
  const auto state = g.state.load(memory_order_relaxed);
  if (state == goroutine_state::abandoned) return;
  if (g.on_segment) unknown_ = true;  // its own stack lies elsewhere
  if (&g == caller_) {
    others_.push_back({{reinterpret_cast<address>(from_), reinterpret_cast<address>(g.self.bounds.top)}, true});
  } else if (state == goroutine_state::waiting && g.pinned.load(memory_order_relaxed)) {
    unknown_ = true;  // its registers are in the kernel
  } else if (state == goroutine_state::waiting && is_for_the_program(g.reason.load(memory_order_relaxed))) {
    add_suspect(g);
    return;
  } else if (g.self.bounds.top != nullptr) {
    const hidden_range stack = stack_of(g);
    others_.push_back({stack, lasts(stack)});
  }
  others_.push_back({{g.body.bytes, closure::inline_size}, true});
  others_.push_back({{&g.self.exceptions, sizeof g.self.exceptions}, true});
}

/// A channel is a block of its own or the beginning of one, and who has it has a pointer to where it begins: so it is a
/// territory also where the heap is not known. But not that of a timer, which is part of something larger.
void reach::add_channels_of(const goroutine& g) {
  const auto add = [&](const channel_core* channel) {
    if (channel == nullptr || channel->is_timed()) return;
    const auto at = reinterpret_cast<address>(channel);
    if (heap_.block_of(at, reader_).begin() != 0) return;
    if (!blocks_.emplace(~at, static_cast<std::uint32_t>(territories_.size())).second) return;
    territories_.push_back({{channel, sizeof *channel}, ~address{0}, false, false});
  };
  const void* const object = g.object.load(memory_order_relaxed);
  const wait_reason reason = g.reason.load(memory_order_relaxed);
  if (object == nullptr) return;
  if (reason == wait_reason::chan_receive || reason == wait_reason::chan_send) {
    add(static_cast<const channel_core*>(object));
  } else if (reason == wait_reason::select) {
    const auto& wait = *static_cast<const select_wait*>(object);
    for (std::size_t i = 0; i < wait.count; ++i) add(wait.channels[i]);
  }
}

void reach::leave_out(const hidden_range& range) {
  if (range.begin() < range.end()) left_out_.push_back(range);
}

/// So that they do not overlap.
void reach::sort_left_out() {
  std::sort(left_out_.begin(), left_out_.end(),
            [](const hidden_range& a, const hidden_range& b) { return a.begin() < b.begin(); });
  std::size_t kept = 0;
  for (const hidden_range& each : left_out_) {
    if (kept != 0 && each.begin() < left_out_[kept - 1].end()) {
      hidden_range& before = left_out_[kept - 1];
      before = {before.begin(), std::max(before.end(), each.end())};
    } else {
      left_out_[kept++] = each;
    }
  }
  left_out_.resize(kept);
}

bool reach::is_left_out(const hidden_range& range) const {
  const auto first = std::lower_bound(left_out_.begin(), left_out_.end(), range.begin(),
                                      [](const hidden_range& r, address a) { return r.end() <= a; });
  return first != left_out_.end() && first->begin() < range.end();
}

void reach::add_block_at(address word) {
  const hidden_range block = heap_.block_of(word, reader_);
  if (block.begin() == block.end() || territories_.size() >= most_blocks || is_left_out(block)) return;
  if (!blocks_.emplace(~block.begin(), static_cast<std::uint32_t>(territories_.size())).second) return;
  territories_.push_back({block, ~address{0}, false, false});
}

/// Where a way leads from the suspects' own memory, from one to the next.
void reach::add_blocks() {
  sort_left_out();
  for (std::size_t i = 0; i < territories_.size(); ++i) {
    const territory each = territories_[i];
    look_at(each.range, each.stays, [this](address, address word) { add_block_at(word); });
  }
}

void reach::put_in_order() {
  for (const auto& [begin, index] : blocks_) leave_out(territories_[index].range);
  sort_left_out();
  order_.resize(territories_.size());
  std::iota(order_.begin(), order_.end(), 0U);
  std::sort(order_.begin(), order_.end(), [this](std::uint32_t a, std::uint32_t b) {
    return territories_[a].range.begin() < territories_[b].range.begin();
  });
  if (!order_.empty()) hull_ = {territories_[order_.front()].range.begin(), territories_[order_.back()].range.end()};
}

/// The territory in which the address lies; null: none.
const reach::territory* reach::holder_of(address where) const {
  if (!hull_.holds(where)) return nullptr;
  const auto after = std::upper_bound(order_.begin(), order_.end(), where, [this](address a, std::uint32_t index) {
    return a < territories_[index].range.begin();
  });
  if (after == order_.begin()) return nullptr;
  const territory& in = territories_[*(after - 1)];
  return in.range.holds(where) ? &in : nullptr;
}

/// Opens the territory into which the word points that stands at `at`.
void reach::look(address at, address word) {
  const territory* const found = holder_of(word);
  if (found == nullptr || found->open) return;
  const auto index = static_cast<std::uint32_t>(found - territories_.data());
  territories_[index].open = true;
  territories_[index].opened_at = ~at;
  to_search_.push_back(index);
}

template <class See>
void reach::look_at(const hidden_range& range, bool stays, See see) {
  address word = 0;
  for (address at = (range.begin() + 7) / 8 * 8; at + 8 <= range.end(); at += 8) {
    if (stays)
      see(at, *reinterpret_cast<const address*>(at));
    else if (reader_.read(at, word))
      see(at, word);
  }
}

void reach::look_at(const hidden_range& range, bool stays) {
  look_at(range, stays, [this](address at, address word) { look(at, word); });
}

void reach::look_at(const territory& t) {
  look_at(t.range, t.stays);
  if (t.owner == ~address{0}) return;
  const auto& g = *reinterpret_cast<const goroutine*>(~t.owner);
  look_at({&g.self.exceptions, sizeof g.self.exceptions}, true);
}

bool reach::run() {
  stack regions[most_regions];
  const std::size_t n = stack_regions(regions, most_regions);
  if (n > most_regions) return false;
  for (std::size_t i = 0; i < n; ++i) arenas_.emplace_back(regions[i].low(), regions[i].size);
  for (const hidden_range& each : arenas_) leave_out(each);
  const auto leave_this_out = [](void* self, const void* begin, std::size_t size) {
    static_cast<reach*>(self)->leave_out({begin, size});
  };
  for_each_slab(leave_this_out, this);
  for_each_worker_memory(leave_this_out, this);
  for_each_event_memory(leave_this_out, this);
  for_each_graph_memory(leave_this_out, this);
  leave_out(reader_.copy());
  const bool seen =
      visit_kernel_words([](void* self, address word) { static_cast<reach*>(self)->kernel_.push_back(~word); }, this);
  if (!seen) return false;
  heap_.read(reader_);
  for (const hidden_range& each : heap_.own_memory()) leave_out(each);
  for_each_goroutine([](void* self, goroutine& g) { static_cast<reach*>(self)->meet(g); }, this);
  if (unknown_) return false;
  if (caller_ != nullptr) {
    for (std::size_t i = 0, n_suspects = territories_.size(); i < n_suspects; ++i) {
      if (territories_[i].owner == ~address{0}) continue;
      add_channels_of(*reinterpret_cast<const goroutine*>(~territories_[i].owner));
    }
  }
  add_blocks();
  put_in_order();
  for (const other& each : others_) look_at(each.range, each.stays);
  for (const address each : kernel_) look(0, ~each);
  const bool all = visit_own_memory(
      left_out_, most_memory, [](void* self, address at, address word) { static_cast<reach*>(self)->look(at, word); },
      this);
  while (!to_search_.empty()) {
    const territory next = territories_[to_search_.back()];
    to_search_.pop_back();
    look_at(next);
  }
  return all && heap_.unchanged(reader_);
}

bool reach::is_stuck(const goroutine& g) const {
  const auto at = stacks_.find(hide(&g));
  return at != stacks_.end() && !territories_[at->second].open;
}

}  // namespace weft::detail
