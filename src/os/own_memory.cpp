// SPDX-License-Identifier: Apache-2.0
//
// /proc/self/maps (mappings.hpp) names the mappings, /proc/self/pagemap the pages that exist, and /proc/self/mem is
// read into a buffer of our own: a guard page is an error there and no fault. The buffer would be found by the visit,
// full of copies of what was to be left out, so it is left out itself.
#include "os/own_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "os/mappings.hpp"

namespace weft::detail {

namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t pages_at_once = 64;
constexpr std::uint64_t has_memory = std::uint64_t{3} << 62;  // present or swapped out

struct buffers {
  std::uint64_t map[pages_at_once];
  char text[16 * page];  // of /proc/self/maps
  std::uintptr_t words[pages_at_once * page / sizeof(std::uintptr_t)];
};

class visitor {
 public:
  visitor(std::span<const hidden_range> left_out, std::size_t most,
          void (*visit)(void*, std::uintptr_t, std::uintptr_t), void* arg)
      : left_out_(left_out), left_(most), visit_(visit), arg_(arg) {
    void* const memory = ::mmap(nullptr, sizeof(buffers), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mine_ = memory != MAP_FAILED ? static_cast<buffers*>(memory) : nullptr;
  }
  visitor(const visitor&) = delete;
  visitor& operator=(const visitor&) = delete;
  ~visitor() {
    if (mine_ != nullptr) ::munmap(mine_, sizeof(buffers));
  }

  [[nodiscard]] bool run() {
    if (mine_ == nullptr || memory_.fd < 0 || pages_.fd < 0) return false;
    return for_each_mapping(
        mine_->text, sizeof mine_->text,
        [](void* self, const mapping& each) { return static_cast<visitor*>(self)->visit_mapping(each); }, this);
  }

 private:
  bool visit_mapping(const mapping& each) noexcept {
    if (!each.readable || each.of_kernel()) return true;
    for (std::uintptr_t at = each.begin; at < each.end;) {
      const std::uintptr_t stop = std::min<std::uintptr_t>(each.end, at + pages_at_once * page);
      const hidden_range* const skip = first_after(at);
      if (skip != nullptr && skip->begin() <= at && skip->end() >= stop) {
        at = std::min<std::uintptr_t>(each.end, skip->end() / page * page);  // in one step over what is large
      } else {
        if (!part(at, stop, each.shared)) return false;
        at = stop;
      }
    }
    return true;
  }

  /// The first range that does not end before; null: none.
  [[nodiscard]] const hidden_range* first_after(std::uintptr_t at) const noexcept {
    const auto found = std::lower_bound(left_out_.begin(), left_out_.end(), at,
                                        [](const hidden_range& r, std::uintptr_t a) { return r.end() <= a; });
    return found != left_out_.end() ? &*found : nullptr;
  }

  /// Of shared memory the kernel does not say which pages have been written: all are read.
  bool part(std::uintptr_t begin, std::uintptr_t end, bool shared) noexcept {
    const std::size_t n = (end - begin) / page;
    const auto wanted = static_cast<ssize_t>(n * sizeof(std::uint64_t));
    if (::pread(pages_.fd, mine_->map, static_cast<std::size_t>(wanted),
                static_cast<off_t>(begin / page * sizeof(std::uint64_t))) != wanted) {
      return false;
    }
    for (std::size_t i = 0; i < n; ++i) {
      if ((shared || (mine_->map[i] & has_memory) != 0) && !one_page(begin + i * page)) return false;
    }
    return true;
  }

  bool one_page(std::uintptr_t at) noexcept {
    if (hidden_range(mine_, sizeof(buffers)).holds(at)) return true;
    if (left_ < page) return false;
    left_ -= page;
    const ssize_t got = ::pread(memory_.fd, mine_->words, page, static_cast<off_t>(at));
    if (got <= 0) return true;  // a guard: nobody can read it
    const auto n = static_cast<std::size_t>(got) / sizeof(std::uintptr_t);
    const hidden_range* out = first_after(at);
    for (std::size_t i = 0; i < n; ++i) {
      const std::uintptr_t address = at + i * sizeof(std::uintptr_t);
      if (out != nullptr && out->end() <= address) out = first_after(address);
      if (out == nullptr || address < out->begin()) visit_(arg_, address, mine_->words[i]);
    }
    return true;
  }

  const std::span<const hidden_range> left_out_;
  std::size_t left_;
  void (*const visit_)(void*, std::uintptr_t, std::uintptr_t);
  void* const arg_;
  buffers* mine_;
  const own_file memory_{"/proc/self/mem"};
  const own_file pages_{"/proc/self/pagemap"};
};

}  // namespace

bool visit_own_memory(std::span<const hidden_range> left_out, std::size_t most,
                      void (*visit)(void* arg, std::uintptr_t at, std::uintptr_t word), void* arg) {
  return visitor(left_out, most, visit, arg).run();
}

}  // namespace weft::detail
