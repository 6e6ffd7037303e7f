// SPDX-License-Identifier: Apache-2.0
//
// Why one that waits is not taken for stuck: WEFT_DIAG=stuckwhy. Of each stack and block the search remembers the first
// word that led there, and where that stood; from there the way is followed back to memory of which nobody has to ask
// who reaches it.
//
// Memory ordering: relaxed, as all that reports read of records (goroutine.hpp).
#include "base/report_hook.hpp"
#include "chan/reach.hpp"
#include "os/mappings.hpp"
#include "os/pages.hpp"
#include "park/dump.hpp"
#include "park/registry.hpp"

namespace weft::detail {

namespace {

constexpr std::size_t text_size = 64 * 1024;
constexpr unsigned most_steps = 16;

/// The mapping in which an address lies.
struct place {
  std::uintptr_t address;
  mapping found{};

  explicit place(std::uintptr_t at) : address(at) {
    auto* const text = static_cast<char*>(map_zeros(text_size));
    if (text == nullptr) return;
    const auto visit = [](void* arg, const mapping& each) {
      auto& self = *static_cast<place*>(arg);
      const bool here = self.address >= each.begin && self.address < each.end;
      if (here) self.found = each;
      return !here;
    };
    static_cast<void>(for_each_mapping(text, text_size, visit, this));
    unmap_zeros(text, text_size);
  }
};

unsigned long long number_of(const goroutine& g) noexcept { return shown_id(g.id.load(memory_order_relaxed)); }

/// On whose stack an address is; null: on nobody's.
const goroutine* goroutine_at(std::uintptr_t address) {
  struct question {
    const void* address;
    const goroutine* answer;
  } asked{reinterpret_cast<const void*>(address), nullptr};
  const auto visit = [](void* arg, goroutine& g) {
    auto& q = *static_cast<question*>(arg);
    if (g.self.bounds.top != nullptr && g.self.bounds.holds(q.address)) q.answer = &g;
  };
  for_each_goroutine(visit, &asked);
  return asked.answer;
}

/// Where a word stands that is in no territory.
void print_root(int fd, std::uintptr_t at) {
  const place where(at);
  if (at == 0)
    write_text(fd, "  from a set of epoll\n");
  else if (const goroutine* const on = goroutine_at(at); on != nullptr)
    write_format(fd, "  from %#zx, on the stack of goroutine %llu [%s]\n", at, number_of(*on), state_of(*on));
  else
    write_format(fd, "  from %#zx, which is %zu bytes into the mapping %#zx %s\n", at, at - where.found.begin,
                 where.found.begin, where.found.name);
}

}  // namespace

void reach::explain(int fd, const territory& stack) const {
  const auto& g = *reinterpret_cast<const goroutine*>(~stack.owner);
  write_format(fd, "weft: goroutine %llu [%s] is not taken for stuck\n", number_of(g), state_of(g));
  const territory* in = &stack;
  for (unsigned step = 0; step < most_steps && in != nullptr; ++step) {
    const std::uintptr_t at = ~in->opened_at;
    const territory* const from = holder_of(at);
    if (from == nullptr) {
      print_root(fd, at);
    } else if (from->owner != ~std::uintptr_t{0}) {
      write_format(fd, "  from %#zx, on the stack of goroutine %llu\n", at,
                   number_of(*reinterpret_cast<const goroutine*>(~from->owner)));
    } else {
      write_format(fd, "  from %#zx, in the block of %zu bytes at %#zx\n", at, from->range.end() - from->range.begin(),
                   from->range.begin());
    }
    in = from;
  }
}

void reach::explain(int fd) const {
  for (const territory& each : territories_) {
    if (each.open && each.owner != ~std::uintptr_t{0}) explain(fd, each);
  }
}

}  // namespace weft::detail
