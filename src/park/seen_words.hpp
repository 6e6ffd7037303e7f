// SPDX-License-Identifier: Apache-2.0
//
// Which values stood where: words of memory and registers as somebody saw them, kept as fingerprints of place and
// value.
//
// Under the lock of whoever has it. Values that are moments of the last window are passed over: whoever asks for the
// time gets another one each time, and that alone is no progress. One that lies further ahead is something that
// somebody waits for, and whoever sees one is told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "os/caller_state.hpp"
#include "os/variables.hpp"
#include "park/goroutine.hpp"

namespace weft::detail {

class seen_words {
 public:
  enum class answer : std::uint8_t { looked, too_much };

  /// False: no memory.
  [[nodiscard]] bool open() noexcept;

  /// Forgets everything; `time` is when a window of that length begins.
  void begin(std::uint64_t time, std::uint64_t window) noexcept;

  /// Looks at what a goroutine sees at `time`: its registers and stack; with `far`, also at what these lead to. What is
  /// new is kept if `learn`, and what is left out is passed over; if not, its place counts as changed, until
  /// a value is seen there again that was kept.
  [[nodiscard]] answer look(const goroutine& g, const caller_state& at, std::uint64_t time, bool learn, bool far,
                            std::span<const variable> left_out);

  /// How many places have changed.
  [[nodiscard]] std::size_t changed() const noexcept { return changed_count_; }

 private:
  static constexpr std::size_t places = 1 << 16;
  static constexpr std::size_t most_variables = 4096;
  static constexpr std::size_t most_constants = 128;
  static constexpr std::size_t most_runtime = 1024;
  static constexpr std::size_t deepest_stack = 16 * 1024;
  static constexpr std::size_t most_targets = 512;
  static constexpr std::size_t most_changed = 256;
  static constexpr std::size_t part = 256;  // of what a pointer leads to

  struct memory {
    std::uint64_t prints[places];
    variable variables[most_variables];
    variable constants[most_constants];  // code and constants
    variable runtime[most_runtime];
    std::uintptr_t stack[deepest_stack / sizeof(std::uintptr_t)];
    std::uintptr_t words[64 * 1024 / sizeof(std::uintptr_t)];
    std::uintptr_t targets[most_targets];
    std::uint64_t changed[most_changed];  // places
  };

  void meet(std::uint64_t place, std::uintptr_t value);
  void change(std::uint64_t place) noexcept;
  void settle(std::uint64_t place) noexcept;
  void follow(std::uintptr_t value);
  [[nodiscard]] bool is_named(std::uintptr_t address) const noexcept;
  void find_runtime();
  [[nodiscard]] bool is_left_out(std::uintptr_t address) const noexcept;
  void look_at_memory(const goroutine& g);
  void look_at_variables();

  memory* mine_ = nullptr;
  std::size_t kept_ = 0;
  std::size_t variable_count_ = 0;
  std::size_t constant_count_ = 0;
  std::size_t runtime_count_ = 0;
  std::size_t target_count_ = 0;
  std::size_t changed_count_ = 0;
  std::uint64_t began_ = 0, window_ = 0, first_tick_ = 0, time_ = 0, tick_ = 0;
  bool learn_ = false;
  std::span<const variable> left_out_;
  answer so_far_ = answer::looked;
};

}  // namespace weft::detail
