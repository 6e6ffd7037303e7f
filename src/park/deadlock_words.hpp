// SPDX-License-Identifier: Apache-2.0
//
// The words of reports about who keeps whom from what, for all their forms.
#pragma once

#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <string_view>

#include "base/report_hook.hpp"
#include "park/wait_graph.hpp"
#include "trace/text_out.hpp"

namespace weft::detail {

/// "goroutine 7" or "thread 2".
struct party_text {
  char text[40];
  explicit party_text(party_number who) noexcept;
};

/// Text that is cut off where the space ends.
struct text_buffer {
  char* at;
  std::size_t left;

  __attribute__((format(printf, 2, 3))) void add(const char* format, ...) noexcept {
    va_list arguments;
    va_start(arguments, format);
    const int n = std::vsnprintf(at, left, format, arguments);
    va_end(arguments);
    const std::size_t used = n < 0 ? 0 : static_cast<std::size_t>(n) < left ? static_cast<std::size_t>(n) : left - 1;
    at += used;
    left -= used;
  }
};

// Parts of a JSON object; the last three begin with a comma, and write nothing of what is not known.

void add_string(text_out& out, const char* text) noexcept;
void add_number(text_out& out, const char* key, std::uint64_t value) noexcept;

/// Where an object was made; the locks that a party holds; its label and where it was started.
void add_made(text_out& out, const void* object, wait_reason waited_for) noexcept;
void add_holds(text_out& out, party_number who) noexcept;
void add_start(text_out& out, const goroutine* record) noexcept;

/// The locks that a party holds, but for one, as lines of text; and as edges of a graph.
void print_held(int fd, party_number who, const void* except) noexcept;
/// Of a graph: both names as Graphviz wants them, with nothing behind.
void add_arrow(text_out& out, const char* from, const char* to) noexcept;
void print_held_edges(text_out& out, party_number who) noexcept;

/// What a party has of the object for which the other waits, after "goroutine 7 waits for mutex 0x1234".
[[nodiscard]] const char* relation(const blocked_party& waiting) noexcept;

/// A report to standard error: `what` it is, the sentence, and all of it in the form that was asked for: json, dot, or
/// else text. `fatal`: then the process ends.
template <class Report>
void print_report(const Report& report, const char* what, const char* sentence, std::string_view form, bool fatal) {
  if (fatal) begin_report();
  for (const char* const words : {fatal ? "fatal error: " : "weft: ", what, ": ", sentence, "\n"}) write_text(2, words);
  if (form == "json")
    report.print_json(2);
  else if (form == "dot")
    report.print_graph(2);
  else
    report.print(2);
  if (fatal) end_report();
  write_text(2, "\n");
}

}  // namespace weft::detail
