// SPDX-License-Identifier: Apache-2.0
//
// What a program did, and when: which worker ran which goroutine, who woke it, why it stopped, and what the program
// itself has to say about it. The file is JSON that Perfetto (ui.perfetto.dev) and chrome://tracing open.
//
//     weft::trace::start();
//     serve(requests);
//     if (auto saved = weft::trace::stop("serve.json"); !saved) std::puts(saved.error().message().c_str());
//
// Without a change to the program: WEFT_TRACE=FILE traces it from the beginning and writes the file when it ends,
// however it ends; %p in the name stands for the process's number.
//
// Always on is the flight recorder, which keeps the last events of each worker: 8192 of them, so some seconds of a
// server, or milliseconds of a benchmark, of which it notes a part (at most 256 events in 10 ms; a slice says where
// something is missing). save() writes it at any time. With WEFT_DIAG=flight=FILE it is also written when the program
// panics, deadlocks or gets SIGQUIT, and with stall=MS when nobody has got on for so long while somebody computes.
// WEFT_DIAG=flight=off switches it off (under ThreadSanitizer it is, unless WEFT_DIAG=flight asks for it); what then
// remains is one load and a branch at each event.
//
// Engines: both. Under sim times are virtual, and the same seed makes the same trace, but for addresses.
// All functions may be called from any thread, at any time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "weft/result.hpp"

namespace weft::trace {

/// From now on everything is noted, and each worker keeps its last `events_per_worker` events (rounded up to a power of
/// two; 32 bytes each), the newest ones. What was noted before is forgotten. When it is running already it begins anew.
void start(std::size_t events_per_worker = std::size_t{1} << 18);

/// Ends that and writes the file. The flight recorder goes on. Errors: of creating and writing the file, ENOMEM.
[[nodiscard]] result<void> stop(const std::string& file);

/// Writes what is kept now to a file, or to a descriptor.
[[nodiscard]] result<void> save(const std::string& file);
[[nodiscard]] result<void> save(int fd);

/// A piece of work with a name that several goroutines may have a part in: a request, an order. From its making to its
/// end; may be destroyed by another goroutine than made it. The name must live as long as the program, such as a
/// literal, here and for regions.
class task {
 public:
  explicit task(const char* name) noexcept;
  ~task();
  task(const task&) = delete;
  task& operator=(const task&) = delete;

  /// Names it among tasks; 0 if it is not noted.
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

 private:
  const char* name_;
  std::uint64_t number_;
};

/// A part of what one goroutine does, from here to the end of the scope, waits included. With a task it is shown there.
class region {
 public:
  explicit region(const char* name) noexcept;
  region(const task& of, const char* name) noexcept;
  ~region();
  region(const region&) = delete;
  region& operator=(const region&) = delete;

 private:
  const char* name_;
  std::uint64_t number_;
  std::uint64_t track_;
};

/// A word at this moment. The text is copied, up to 240 bytes.
void log(std::string_view text) noexcept;
void log(const task& of, std::string_view text) noexcept;

}  // namespace weft::trace
