// SPDX-License-Identifier: Apache-2.0
//
// A deadlock for programs to read: as one JSON object, and as a graph for Graphviz. Nothing is allocated, but
// for the lists of locks that somebody has asked for.
//
// Memory ordering: relaxed, as in dump.cpp: a picture of those that wait.
#include "base/report_hook.hpp"
#include "park/deadlock_words.hpp"
#include "park/held_locks.hpp"
#include "park/made.hpp"
#include "weft/diagnosis.hpp"

namespace weft {

using namespace detail;

namespace {

/// As a JSON string; names of files and labels may hold anything.
void write_string(int fd, const char* text) noexcept {
  write_text(fd, "\"");
  for (; *text != '\0'; ++text) {
    const char c = *text;
    if (c == '"' || c == '\\') {
      write_format(fd, "\\%c", c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      write_format(fd, "\\u%04x", static_cast<unsigned>(c));
    } else {
      write_format(fd, "%c", c);
    }
  }
  write_text(fd, "\"");
}

void write_holds(int fd, party_number who) noexcept {
  const std::vector<held_lock> held = locks_of(who);
  if (held.empty()) return;
  write_text(fd, ", \"holds\": [");
  for (std::size_t i = 0; i < held.size(); ++i) {
    if (i > 0) write_text(fd, ", ");
    write_string(fd, held_text(held[i]).text);
  }
  write_text(fd, "]");
}

void write_party(int fd, const blocked_party& p, const blocked_party& next, std::uint32_t now_ms) noexcept {
  write_text(fd, "{\"party\": ");
  write_string(fd, party_text(p.who).text);
  write_format(fd, ", \"state\": \"%s\", \"kind\": \"%s\", \"object\": \"%p\", \"relation\": \"%s\", \"owner\": ",
               text(p.reason), kind_of_object(p.reason), p.object, relation(p));
  write_string(fd, party_text(next.who).text);
  if (const site made = made_at(p.object); made.line != 0) {
    write_text(fd, ", \"made\": ");
    write_format(fd, "\"%s:%u\"", made.file, made.line);
  }
  write_holds(fd, p.who);
  if (p.record != nullptr) {
    const std::uint32_t since = p.record->since_ms.load(memory_order_relaxed);
    const bool waits = p.record->state.load(memory_order_relaxed) == goroutine_state::waiting && now_ms > since;
    write_format(fd, ", \"waited_ms\": %u, \"label\": ", waits ? now_ms - since : 0);
    write_string(fd, p.record->label != nullptr ? p.record->label : "");
    write_text(fd, ", \"file\": ");
    write_string(fd, p.record->file);
    write_format(fd, ", \"line\": %u", p.record->line);
  }
  write_text(fd, "}");
}

}  // namespace

void deadlock_report::print_json(int fd) const noexcept {
  const auto now_ms = static_cast<std::uint32_t>(now() / 1'000'000);
  write_format(fd, "{\"certain\": %s, \"parties\": %zu, \"circle\": [", certain() ? "true" : "false", cycle_.length);
  for (std::size_t i = 0; i < cycle_.told; ++i) {
    if (i > 0) write_text(fd, ", ");
    write_party(fd, cycle_.parties[i], cycle_.parties[(i + 1) % cycle_.told], now_ms);
  }
  write_text(fd, "]}\n");
}

void deadlock_report::print_graph(int fd) const noexcept {
  write_text(fd, "digraph deadlock {\n");
  for (std::size_t i = 0; i < cycle_.told; ++i) {
    const blocked_party& p = cycle_.parties[i];
    write_format(fd, "  \"%s\" -> \"%s\" [label=\"%s %p%s\"];\n", party_text(p.who).text,
                 party_text(cycle_.parties[(i + 1) % cycle_.told].who).text, kind_of_object(p.reason), p.object,
                 made_text(p.object).text);
    for (const held_lock& each : locks_of(p.who)) {
      write_format(fd, "  \"%s\" -> \"%s\" [style=dashed, label=holds];\n", party_text(p.who).text,
                   held_text(each).text);
    }
  }
  write_text(fd, "}\n");
}

}  // namespace weft
