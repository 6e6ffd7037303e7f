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
#include "os/arena_walk.hpp"
#include "os/symbol.hpp"
#include "os/walk.hpp"
#include "park/registry.hpp"

// Of the section in which the engine has park() (sched/switch.cpp); the linker names its ends. Engine sim has none. And
// of that of run_body().
extern "C" [[gnu::weak, gnu::visibility("hidden")]] char __start_weft_parking[], __stop_weft_parking[];
extern "C" [[gnu::visibility("hidden")]] char __start_weft_body[], __stop_weft_body[];

namespace weft::detail {
namespace {

constexpr std::size_t most_frames = 50;

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

}  // namespace

const char* state_of(const goroutine& g) noexcept {
  const auto state = g.state.load(memory_order_relaxed);
  return state == goroutine_state::waiting ? text(g.reason.load(memory_order_relaxed)) : state_text(state);
}

std::uint32_t waited_ms(const goroutine& g, std::uint32_t now_ms) noexcept {
  if (g.state.load(memory_order_relaxed) != goroutine_state::waiting) return 0;
  const std::uint32_t waited = now_ms - g.since_ms.load(memory_order_relaxed);
  return waited < std::uint32_t{1} << 31 ? waited : 0;  // the clock that it read may have been ahead of ours
}

void print_header(report_buffer& out, const goroutine& g, std::uint32_t now_ms) noexcept {
  const auto state = g.state.load(memory_order_relaxed);
  const auto id = static_cast<unsigned long long>(id_of(&g));
  const char* label = g.label != nullptr ? g.label : "";
  const char* open = g.label != nullptr ? " {" : "";
  const char* close = g.label != nullptr ? "}" : "";
  const char* locked = g.pinned.load(memory_order_relaxed) ? ", locked to thread" : "";
  if (state == goroutine_state::waiting) {
    const void* object = g.object.load(memory_order_relaxed);
    char what[32] = "";
    // A select waits for several, which stand in a record of its own.
    const bool names_it = g.reason.load(memory_order_relaxed) != wait_reason::select;
    if (object != nullptr && names_it) std::snprintf(what, sizeof what, ", %p", object);
    out.print("\ngoroutine %llu [%s%s, %u ms%s]%s%s%s:\n", id, text(g.reason.load(memory_order_relaxed)), what,
              waited_ms(g, now_ms), locked, open, label, close);
  } else {
    out.print("\ngoroutine %llu [%s%s]%s%s%s:\n", id, state_text(state), locked, open, label, close);
  }
}

void print_frames(report_buffer& out, void* const* frames, std::size_t n, naming style) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    char line[600];
    format_frame(line, sizeof line, frames[i], style);
    out.print("  %s\n", line);
  }
  if (n == most_frames) out.print("    ...\n");
}

bool is_elsewhere(const goroutine& g) noexcept {
  return g.state.load(memory_order_relaxed) == goroutine_state::running || g.pinned.load(memory_order_relaxed);
}

std::size_t frames_of(const goroutine& g, void** frames, std::size_t n) noexcept {
  if (is_elsewhere(g)) return frames_elsewhere(g, frames, n);
  const stack bounds = g.self.bounds;
  if (bounds.top == nullptr) return 0;
  arena_walk walk;
  return walk.frames(g.self.at.pc, g.self.at.fp, bounds, frames, n);
}

void print_goroutine(int fd, goroutine& g, bool here, std::uint32_t now_ms, naming style) noexcept {
  {
    report_buffer out(fd);
    print_header(out, g, now_ms);
  }
  if (!here) {
    print_stack(fd, g, style);
    return;
  }
  void* frames[most_frames];
  // What an uncaught exception leaves behind it is the C++ runtime, which has no frame pointers.
  const bool thrown = abi::__cxa_current_exception_type() != nullptr;
  const std::size_t n = thrown ? unwind_caller(frames, most_frames) : walk_caller(g.self.bounds, frames, most_frames);
  report_buffer out(fd);
  print_frames(out, frames, n, style);
  out.print("  started at %s:%u\n", g.file, g.line);
}

void print_stack(int fd, const goroutine& g, void* const* frames, std::size_t n) noexcept {
  report_buffer out(fd);
  print_frames(out, frames, n, naming::demangled);
  out.print("  started at %s:%u\n", g.file, g.line);
}

telling_part telling_part_of(void* const* frames, std::size_t n) noexcept {
  telling_part part;
  while (part.first < n && frames[part.first] > __start_weft_parking && frames[part.first] <= __stop_weft_parking)
    ++part.first;
  if (part.first == 0 && n != 0) part.first = 1;
  part.end = part.first;
  while (part.end < n && (frames[part.end] <= __start_weft_body || frames[part.end] > __stop_weft_body)) ++part.end;
  return part;
}

std::size_t copy_stack(const goroutine& g, void** frames, std::size_t most) noexcept {
  return is_elsewhere(g) ? 0 : frames_of(g, frames, most);
}

void print_stack(int fd, goroutine& g, naming style) noexcept {
  void* frames[most_frames];
  const std::size_t n = frames_of(g, frames, most_frames);
  report_buffer out(fd);
  if (n == 0 && is_elsewhere(g)) out.print("    (on another thread, which does not answer)\n");
  print_frames(out, frames, n, style);
  out.print("  started at %s:%u\n", g.file, g.line);
}

std::string frame_text(void* pc) {
  char text[600];
  format_frame(text, sizeof text, pc);
  return text;
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
