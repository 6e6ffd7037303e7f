// SPDX-License-Identifier: Apache-2.0
//
// Why one that waits is not taken for stuck: WEFT_DIAG=stuckwhy. Of each stack and block the search remembers the first
// word that led there, and where that stood; from there the way is followed back to memory of which nobody has to ask
// who reaches it.
#include <algorithm>
#include <cstring>

#include "base/report_hook.hpp"
#include "chan/reach.hpp"
#include "os/pages.hpp"
#include "park/dump.hpp"

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

unsigned long long number_of(std::uintptr_t hidden) noexcept {
  return shown_id(reinterpret_cast<const goroutine*>(~hidden)->id.load(memory_order_relaxed));
}

}  // namespace

void reach::explain(int fd, const territory& stack) const {
  const auto& g = *reinterpret_cast<const goroutine*>(~stack.owner);
  write_format(fd, "weft: goroutine %llu [%s] is not taken for stuck\n", number_of(stack.owner), state_of(g));
  const territory* in = &stack;
  for (unsigned step = 0; step < most_steps && in != nullptr; ++step) {
    const std::uintptr_t at = ~in->opened_at;
    const territory* const from = holder_of(at);
    if (from == nullptr) {
      const place where(at);
      if (at == 0)
        write_text(fd, "  a set of epoll has it\n");
      else
        write_format(fd, "  from %#zx, which is %zu bytes into the mapping %#zx %s\n", at, at - where.found.begin,
                     where.found.begin, where.found.name);
    } else if (from->owner != ~std::uintptr_t{0}) {
      write_format(fd, "  from %#zx, on the stack of goroutine %llu\n", at, number_of(from->owner));
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
