// SPDX-License-Identifier: Apache-2.0
//
// Programs as children: started, talked to by pipes, waited for without a thread.
//
//     weft::result<weft::io::process> sort = weft::io::start({
//         .arguments = {"sort", "-n"}, .input = weft::io::stdio::pipe(), .output = weft::io::stdio::pipe()});
//     if (!sort) return sort.error();                       // std::errc::no_such_file_or_directory: no such program
//     weft::go([&] { weft::io::write(sort->input(), "2\n1\n"); sort->input().close(); });
//     weft::result<std::string> sorted = weft::io::read_all(sort->output());
//     weft::result<weft::io::exit_status> end = sort->wait();
//
// The child gets the standard streams that it is given and no other descriptor of this process. No signal is held back
// in it, and SIGPIPE does there what it usually does.
//
// Its end is noticed by a goroutine that start() makes, whether anybody waits or not: no zombie is left while the run
// goes on, and a run that drains goes on until the child has ended. Any number of parties may wait, each with a limit
// of its own, which ends the wait and not the child. A start with a context ends the child, with SIGKILL, when the
// context ends.
//
// A process is owned: it can be moved, not copied, and its destructor kills the child if it still runs, without
// waiting. The pipes go with it. They must be used as they would be between any two programs: a child whose output
// nobody reads stops when the pipe is full.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "weft/clock.hpp"
#include "weft/context.hpp"
#include "weft/detail/bounded.hpp"
#include "weft/io/file.hpp"
#include "weft/result.hpp"

namespace weft::io {

/// What a standard stream of a child is.
class stdio {
 public:
  /// The same as ours; a pipe of which we get the other end; /dev/null; or a file of ours, which the child gets its own
  /// descriptor of, with the same position.
  [[nodiscard]] static stdio inherit() noexcept { return stdio(kind::inherit, nullptr); }
  [[nodiscard]] static stdio pipe() noexcept { return stdio(kind::pipe, nullptr); }
  [[nodiscard]] static stdio null() noexcept { return stdio(kind::null, nullptr); }
  [[nodiscard]] static stdio to(const file& f) noexcept { return stdio(kind::file, &f); }

 private:
  friend struct process_starter;
  enum class kind : std::uint8_t { inherit, pipe, null, file };
  stdio(kind what, const file* f) noexcept : kind_(what), file_(f) {}
  kind kind_;
  const file* file_;  // until start() has returned
};

struct command {
  std::vector<std::string> arguments{};  // the first is the program; looked for in PATH if without slash
  std::optional<std::vector<std::string>> environment{};  // "NAME=value"; nothing: ours
  std::string directory{};                                // empty: ours
  stdio input = stdio::inherit();
  stdio output = stdio::inherit();
  stdio error = stdio::inherit();

  /// An error of start() in words that name the program: cannot start "sortt": No such file or directory
  [[nodiscard]] std::string explain(std::error_code why) const;
};

/// How a child has ended: by itself, or by a signal.
class exit_status {
 public:
  exit_status(bool by_signal, int value) noexcept : by_signal_(by_signal), value_(value) {}

  /// It ended by itself, with status 0.
  [[nodiscard]] bool success() const noexcept { return !by_signal_ && value_ == 0; }
  /// What it returned from main or gave to exit; nothing if a signal has ended it.
  [[nodiscard]] std::optional<int> code() const noexcept { return by_signal_ ? std::nullopt : std::optional(value_); }
  /// The number of the signal that has ended it, if one has.
  [[nodiscard]] std::optional<int> signal() const noexcept { return by_signal_ ? std::optional(value_) : std::nullopt; }
  /// "exit status 1", "signal: Killed"
  [[nodiscard]] std::string description() const;

  friend bool operator==(const exit_status&, const exit_status&) = default;

 private:
  bool by_signal_;
  int value_;
};

class process_core;

class process {
 public:
  process(process&& other) noexcept = default;
  process& operator=(process&& other) noexcept {
    process(std::move(other)).swap(*this);
    return *this;
  }
  ~process();

  /// Its number, which may name another process when this one has ended.
  [[nodiscard]] int id() const noexcept;

  /// Our ends of its pipes; files that are not open where there is none. Close input() to let the child see the end.
  [[nodiscard]] file& input() noexcept { return input_; }
  [[nodiscard]] file& output() noexcept { return output_; }
  [[nodiscard]] file& error() noexcept { return error_; }

  /// Blocks until it has ended (PS2). std::errc::no_child_process if somebody else has collected it, such as a handler
  /// that waits for all children, or because SIGCHLD is ignored.
  result<exit_status> wait() { return wait(detail::wait_limit{}); }
  result<exit_status> wait(const detail::wait_limit& limit);
  template <class Rep, class Period>
  result<exit_status> wait_for(const std::chrono::duration<Rep, Period>& d) {
    return wait(detail::within(d));
  }
  result<exit_status> wait_until(clock::time_point when) { return wait(detail::until(when)); }

  /// Sends it a signal; without one, SIGKILL. std::errc::no_such_process if it has ended: never another process that
  /// has its number (PS3).
  result<void> kill(int signal = 9);

  void swap(process& other) noexcept;

 private:
  friend struct process_starter;
  process() noexcept = default;

  std::shared_ptr<process_core> core_;  // null: moved away
  file input_;
  file output_;
  file error_;
};

/// Starts a program (PS1). Blocks until it runs, and reports why if it cannot. Needs a runtime that runs: not after
/// run() has returned. The form with a context kills it when the context ends, if that is before its own end; a context
/// that has ended already starts nothing.
[[nodiscard]] result<process> start(const command& what);
[[nodiscard]] result<process> start(const context& ctx, const command& what);

}  // namespace weft::io
