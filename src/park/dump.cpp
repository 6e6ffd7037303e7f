// SPDX-License-Identifier: Apache-2.0
//
// Goroutines as text; see dump.hpp.
//
// Memory ordering: every field is read relaxed. In a report of a stopped or deadlocked program they are stable; in a
// report of a running one they are a snapshot that may mix two moments, as any picture of a running program does.
#include "park/dump.hpp"

#include <cxxabi.h>

#include <cstdio>

#include "base/report_hook.hpp"
#include "os/symbol.hpp"
#include "os/walk.hpp"
#include "park/registry.hpp"

namespace weft::detail {
namespace {

constexpr std::size_t most_frames = 50;

void print_frames(int fd, void* const* frames, std::size_t n, naming style) noexcept {
  for (std::size_t i = 0; i < n; ++i) print_frame(fd, frames[i], style);
  if (n == most_frames) write_text(fd, "    ...\n");
}

const char* state_text(goroutine_state state) noexcept {
  switch (state) {
    case goroutine_state::fresh:
      return "runnable, not run yet";
    case goroutine_state::runnable:
    case goroutine_state::woken:
      return "runnable";
    case goroutine_state::running:
      return "running";
    case goroutine_state::abandoned:
      return "abandoned";
    default:
      return "dead";
  }
}

void print_header(int fd, goroutine& g, std::uint32_t now_ms) noexcept {
  const auto state = g.state.load(memory_order_relaxed);
  const auto id = static_cast<unsigned long long>(id_of(&g));
  const char* label = g.label != nullptr ? g.label : "";
  const char* open = g.label != nullptr ? " {" : "";
  const char* close = g.label != nullptr ? "}" : "";
  const char* locked = g.pinned.load(memory_order_relaxed) ? ", locked to thread" : "";
  if (state == goroutine_state::waiting) {
    const void* object = g.object.load(memory_order_relaxed);
    char what[32] = "";
    const bool names_it =
        g.reason.load(memory_order_relaxed) != wait_reason::select;  // several, in a record of its own
    if (object != nullptr && names_it) std::snprintf(what, sizeof what, ", %p", object);
    write_format(fd, "\ngoroutine %llu [%s%s, %u ms%s]%s%s%s:\n", id, text(g.reason.load(memory_order_relaxed)), what,
                 now_ms - g.since_ms.load(memory_order_relaxed), locked, open, label, close);
  } else {
    write_format(fd, "\ngoroutine %llu [%s%s]%s%s%s:\n", id, state_text(state), locked, open, label, close);
  }
}

}  // namespace

const char* state_of(const goroutine& g) noexcept {
  const auto state = g.state.load(memory_order_relaxed);
  return state == goroutine_state::waiting ? text(g.reason.load(memory_order_relaxed)) : state_text(state);
}

void print_goroutine(int fd, goroutine& g, bool here, std::uint32_t now_ms, naming style) noexcept {
  print_header(fd, g, now_ms);
  if (!here) {
    print_stack(fd, g, style);
    return;
  }
  void* frames[most_frames];
  // What an uncaught exception leaves behind it is the C++ runtime, which has no frame pointers.
  const bool thrown = abi::__cxa_current_exception_type() != nullptr;
  print_frames(fd, frames,
               thrown ? unwind_caller(frames, most_frames) : walk_caller(g.self.bounds, frames, most_frames), style);
  write_format(fd, "  started at %s:%u\n", g.file, g.line);
}

void print_stack(int fd, const goroutine& g, void* const* frames, std::size_t n) noexcept {
  print_frames(fd, frames, n, naming::demangled);
  write_format(fd, "  started at %s:%u\n", g.file, g.line);
}

namespace {

bool is_elsewhere(const goroutine& g) noexcept {
  return g.state.load(memory_order_relaxed) == goroutine_state::running || g.pinned.load(memory_order_relaxed);
}

}  // namespace

std::size_t copy_stack(const goroutine& g, void** frames, std::size_t most) noexcept {
  const stack bounds = g.self.bounds;
  if (bounds.top == nullptr || is_elsewhere(g)) return 0;
  return walk_frames(g.self.at.pc, g.self.at.fp, bounds.low(), bounds.top, frames, most);
}

void print_stack(int fd, goroutine& g, naming style) noexcept {
  void* frames[most_frames];
  if (is_elsewhere(g)) {
    write_text(fd, "    (on another thread; stack not shown)\n");
  } else {
    print_frames(fd, frames, copy_stack(g, frames, most_frames), style);
  }
  write_format(fd, "  started at %s:%u\n", g.file, g.line);
}

void print_goroutines(int fd, goroutine* here, std::uint32_t now_ms, naming style) noexcept {
  struct request {
    int fd;
    goroutine* here;
    std::uint32_t now_ms;
    naming style;
  } r{fd, here, now_ms, style};
  if (here != nullptr) print_goroutine(fd, *here, true, now_ms, style);
  for_each_goroutine(
      [](void* arg, goroutine& g) {
        auto& req = *static_cast<request*>(arg);
        if (&g != req.here) print_goroutine(req.fd, g, false, req.now_ms, req.style);
      },
      &r);
}

bool describe_stack(void* address, char* out, std::size_t size) noexcept {
  struct search {
    std::byte* address;
    goroutine* found;
  } s{static_cast<std::byte*>(address), nullptr};
  // One guard page, or a frame that jumped over part of it, below the usable part also belongs to the goroutine.
  constexpr std::ptrdiff_t below = 64 * 1024;
  for_each_goroutine(
      [](void* arg, goroutine& g) {
        auto& f = *static_cast<search*>(arg);
        std::byte* const top = g.self.bounds.top;
        if (top == nullptr) return;
        if (f.address < top && f.address >= top - g.self.bounds.size - below) f.found = &g;
      },
      &s);
  if (s.found == nullptr) return false;
  std::snprintf(out, size, "goroutine %llu exceeds its stack of %zu bytes, started at %s:%u",
                static_cast<unsigned long long>(id_of(s.found)), s.found->self.bounds.size, s.found->file,
                s.found->line);
  return true;
}

}  // namespace weft::detail
