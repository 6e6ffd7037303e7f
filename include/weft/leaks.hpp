// SPDX-License-Identifier: Apache-2.0
//
// Goroutines that were started and have not ended: for tests that must leave nothing behind, with GoogleTest or any
// other framework.
//
//     TEST(server, closes_what_it_opened) {
//       weft::leak_scope scope;
//       { server s; s.handle(request); }
//       EXPECT_EQ(scope.leaks(), "");
//     }
//
// Only goroutines that were started after the scope was made count, by whoever, and not the caller. Those that are
// about to end are given time to do so, so that a goroutine that has just sent its last value is no leak.
//
// Engines: both. May be used from goroutines and from foreign threads, with and without run(). Tests that run at the
// same time see each other's goroutines.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace weft {

/// Goroutines that are alike: they were started on the same line, and are in the same state at the same place.
struct leak {
  std::size_t count = 0;
  std::uint64_t first = 0;               // the number of one of them (G4)
  std::string state;                     // "chan receive" and so on, as in dumps (D5)
  const void* object = nullptr;          // what that one waits for, or null
  std::string kind;                      // "chan", "mutex" and so on; nothing if it waits for none of weft's objects
  std::string made_at;                   // "server.cpp:12", where the object was made, if WEFT_DIAG=sites asked for it
  std::vector<std::string> holds;        // the locks that it holds, if WEFT_DIAG=locks asked for it
  std::string label;                     // go_options::label, or nothing
  std::string started_at;                // "server.cpp:41"
  std::vector<std::string> stack;        // of that one, the innermost function first; empty if it runs
  std::chrono::milliseconds longest{0};  // how long one of them has waited
};

class leak_scope {
 public:
  /// From here on.
  leak_scope();

  /// Goroutines with this label (go_options::label) are no leaks.
  leak_scope& ignore(std::string label);

  /// Those that were started since and have not ended `patience` later, alike ones together, the most numerous first.
  /// Returns at once when there are none. The time is that of the engine: virtual under sim.
  [[nodiscard]] std::vector<leak> find(std::chrono::milliseconds patience = std::chrono::seconds(1)) const;

  /// The same as text, one line for each with its stack below it; empty if there are none.
  [[nodiscard]] std::string leaks(std::chrono::milliseconds patience = std::chrono::seconds(1)) const;

 private:
  std::vector<std::uint64_t> before_;  // the numbers of those that were there, in order
  std::vector<std::string> ignored_;
};

/// What the report at the end of run() says (run_options::report): as text, or as one JSON object.
[[nodiscard]] std::string text_of(const std::vector<leak>& leaks);
[[nodiscard]] std::string json_of(const std::vector<leak>& leaks);

}  // namespace weft
