// SPDX-License-Identifier: Apache-2.0
//
// What a trace is made of: one event is four words, written by whoever it happens to.
//
//   ticks   when: of the processor's clock, or nanoseconds of virtual time
//   head    what (8 bits), a detail of it (8), and whom it concerns (48): mostly a goroutine's number
//   first, second   by kind:
//
//   kind             detail         id                  first             second
//   run, start       wakes          goroutine           file, and line    label, or 0
//   ready            wakes          goroutine           why it waited
//   stop             why            goroutine           what it waits for
//   end                             goroutine
//   token_taken/lost                number of the token
//   steal                           of whose token      how many
//   timer, descriptors                                  how many
//   task             0 / 1: over    number              name              goroutine
//   region           0 / 1: over    number              name              goroutine, or `of_task` and a task's number
//   log                             goroutine           bytes of text     task, or 0
//   text                                                16 bytes that follow a log
//   thread                          whose events follow (on the ring that threads share)
//   gap                                                 nothing is written after it until the budget is renewed
//
// `wakes` is a count, modulo 256, of how often the goroutine was made runnable: it tells which run a wake-up led to.
// Names, files and labels are pointers to strings that live as long as the program.
#pragma once

#include <cstdint>

namespace weft::detail {

enum class event_kind : std::uint8_t {
  none,
  thread,
  gap,
  run,
  stop,
  end,
  start,
  ready,
  token_taken,
  token_lost,
  steal,
  idle,
  awake,
  blocking,
  blocking_over,
  timer,
  descriptors,
  task,
  region,
  log,
  text
};

/// Details of `stop` that are no wait_reason.
inline constexpr std::uint8_t stopped_to_yield = 255;
inline constexpr std::uint8_t stopped_without_token = 254;

/// In the detail of a `run`: the wake-up that led to it was noted.
inline constexpr std::uint8_t wake_noted = 128;

inline constexpr std::uint64_t of_task = std::uint64_t{1} << 63;

struct event {
  std::uint64_t ticks = 0;
  std::uint64_t head = 0;
  std::uint64_t first = 0;
  std::uint64_t second = 0;

  [[nodiscard]] event_kind kind() const noexcept { return static_cast<event_kind>(head & 255); }
  [[nodiscard]] std::uint8_t detail() const noexcept { return static_cast<std::uint8_t>(head >> 8); }
  [[nodiscard]] std::uint64_t id() const noexcept { return head >> 16; }
};

[[nodiscard]] constexpr std::uint64_t head_of(event_kind kind, std::uint8_t detail, std::uint64_t id) noexcept {
  return static_cast<std::uint64_t>(kind) | std::uint64_t{detail} << 8 | id << 16;
}

/// A place in a source, as one word: addresses of programs have 48 bits. Lines beyond 65535 are that one.
[[nodiscard]] inline std::uint64_t packed_site(const char* file, std::uint32_t line) noexcept {
  return (reinterpret_cast<std::uint64_t>(file) & 0xffff'ffff'ffff) | std::uint64_t{line < 65535 ? line : 65535} << 48;
}
[[nodiscard]] inline const char* file_in(std::uint64_t site) noexcept {
  return reinterpret_cast<const char*>(site & 0xffff'ffff'ffff);
}
[[nodiscard]] inline unsigned line_in(std::uint64_t site) noexcept { return static_cast<unsigned>(site >> 48); }

}  // namespace weft::detail
