// SPDX-License-Identifier: Apache-2.0
//
// Who is alive is looked at when it is asked for; who has ended has left what it used in a table, of some hundred
// places, if WEFT_DIAG=stacks gave it a stack that was fresh. Further places are not kept.
//
// Memory ordering: the table is under its lock; of goroutines that run, what is read may be old (dump.cpp).
#include "park/stack_census.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>

#include "os/fiber_annotations.hpp"
#include "os/guard.hpp"
#include "os/touched.hpp"
#include "park/registry.hpp"
#include "park/settings.hpp"
#include "weft/detail/word_lock.hpp"
#include "weft/metrics.hpp"

namespace weft {

namespace detail {
namespace {

struct place_use {
  const char* file;
  std::uint32_t line;
  std::uint64_t goroutines;
  std::size_t most;
  std::size_t size;
};

/// Places, in no order.
struct places {
  std::array<place_use, 512> at{};
  std::size_t count = 0;

  void add(const char* file, std::uint32_t line, std::uint64_t goroutines, std::size_t most,
           std::size_t size) noexcept {
    place_use* const end = at.data() + count;
    place_use* found =
        std::find_if(at.data(), end, [&](const place_use& p) { return p.file == file && p.line == line; });
    if (found == end) {
      if (count == at.size()) return;
      ++count;
      *found = {file, line, 0, 0, size};
    }
    found->goroutines += goroutines;
    found->most = std::max(found->most, most);
    found->size = std::max(found->size, size);
  }
};

word_lock ended_lock;
constinit places ended;  // under ended_lock

void look_at(void* arg, goroutine& g) {
  const stack bounds = g.self.bounds;
  const auto state = g.state.load(memory_order_relaxed);
  if (bounds.top == nullptr || g.on_segment || state == goroutine_state::free) return;
  static_cast<places*>(arg)->add(g.file, g.line, 1, touched_bytes(bounds), bounds.size);
}

stack_use describe(const place_use& p) {
  constexpr std::size_t least = std::size_t{16} * 1024;
  stack_use told;
  told.started_at = std::string(p.file) + ":" + std::to_string(p.line);
  told.goroutines = p.goroutines;
  told.most = p.most;
  told.size = p.size;
  told.suggested = std::max(2 * p.most, least);
  return told;
}

}  // namespace

std::size_t fresh_stack_size() noexcept {
  static const std::size_t size = diag_setting("stacks").empty() ? 0 : stack_stride - guard_size();
  return size;
}

void note_stack_end(const goroutine& g, const stack& memory) noexcept {
  if (fresh_stack_size() == 0) return;
  const std::size_t most = touched_bytes(memory);
  const std::lock_guard guard(ended_lock);
  ended.add(g.file, g.line, 1, most, memory.size);
}

}  // namespace detail

std::vector<stack_use> read_stack_use() {
  const detail::runtime_section inside;
  const auto found = std::make_unique<detail::places>();
  {
    const std::lock_guard guard(detail::ended_lock);
    *found = detail::ended;
  }
  detail::for_each_goroutine(detail::look_at, found.get());
  std::vector<stack_use> told;
  for (std::size_t i = 0; i < found->count; ++i) told.push_back(detail::describe(found->at[i]));
  std::sort(told.begin(), told.end(), [](const stack_use& a, const stack_use& b) {
    return a.most != b.most ? a.most > b.most : a.started_at < b.started_at;
  });
  return told;
}

}  // namespace weft
