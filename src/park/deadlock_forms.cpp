// SPDX-License-Identifier: Apache-2.0
//
// A deadlock for programs to read: as one JSON object, and as a graph for Graphviz. Nothing is allocated, but
// for the lists of locks that somebody has asked for.
//
// Memory ordering: relaxed, as in dump.cpp: a picture of those that wait.
#include <cstdio>
#include <cstring>

#include "base/report_hook.hpp"
#include "park/deadlock_words.hpp"
#include "park/held_locks.hpp"
#include "park/made.hpp"
#include "trace/text_out.hpp"
#include "weft/diagnosis.hpp"

namespace weft {

namespace detail {

void add_string(text_out& out, const char* text) noexcept { out.quoted(text, std::strlen(text)); }

/// Graphviz reads such a string as JSON does: names of files have anything in them.
void add_arrow(text_out& out, const char* from, const char* to) noexcept {
  out.text("  ");
  add_string(out, from);
  out.text(" -> ");
  add_string(out, to);
}

void add_number(text_out& out, const char* key, std::uint64_t value) noexcept {
  out.text(key);
  out.number(value);
}

void add_holds(text_out& out, party_number who) noexcept {
  const std::vector<held_lock> held = locks_of(who);
  if (held.empty()) return;
  out.text(", \"holds\": [");
  for (std::size_t i = 0; i < held.size(); ++i) {
    if (i > 0) out.text(", ");
    add_string(out, held_text(held[i]).text);
  }
  out.text("]");
}

void add_made(text_out& out, const void* object, wait_reason waited_for) noexcept {
  const site made = made_at(object, waited_for);
  if (made.line == 0) return;
  char where[320];
  std::snprintf(where, sizeof where, "%s:%u", made.file, made.line);
  out.text(", \"made\": ");
  add_string(out, where);
}

void add_start(text_out& out, const goroutine* record) noexcept {
  if (record == nullptr) return;
  out.text(", \"label\": ");
  add_string(out, record->label != nullptr ? record->label : "");
  out.text(", \"file\": ");
  add_string(out, record->file);
  add_number(out, ", \"line\": ", record->line);
}

void print_held(int fd, party_number who, const void* except) noexcept {
  for (const held_lock& each : locks_of(who)) {
    if (each.object() != except) write_format(fd, "  holds %s\n", held_text(each).text);
  }
}

void print_held_edges(text_out& out, party_number who) noexcept {
  for (const held_lock& each : locks_of(who)) {
    add_arrow(out, party_text(who).text, held_text(each).text);
    out.text(" [style=dashed, label=holds];\n");
  }
}

namespace {

void add_party(text_out& out, const blocked_party& p, const blocked_party& next, std::uint32_t now_ms) noexcept {
  out.text("{\"party\": ");
  add_string(out, party_text(p.who).text);
  out.text(", \"state\": ");
  add_string(out, text(p.reason));
  out.text(", \"kind\": ");
  add_string(out, kind_of_object(p.reason));
  out.text(", \"object\": \"");
  out.hexadecimal(reinterpret_cast<std::uintptr_t>(p.object));
  out.text("\", \"relation\": ");
  add_string(out, relation(p));
  out.text(", \"owner\": ");
  add_string(out, party_text(next.who).text);
  add_made(out, p.object, p.reason);
  add_holds(out, p.who);
  if (p.record != nullptr) {
    const std::uint32_t since = p.record->since_ms.load(memory_order_relaxed);
    const bool waits = p.record->state.load(memory_order_relaxed) == goroutine_state::waiting && now_ms > since;
    add_number(out, ", \"waited_ms\": ", waits ? now_ms - since : 0);
  }
  add_start(out, p.record);
  out.text("}");
}

}  // namespace

}  // namespace detail

void deadlock_report::print_json(int fd) const noexcept {
  using namespace detail;
  const auto now_ms = static_cast<std::uint32_t>(now() / 1'000'000);
  text_out out(fd);
  out.text(certain() ? "{\"certain\": true" : "{\"certain\": false");
  add_number(out, ", \"parties\": ", cycle_.length);
  out.text(", \"circle\": [");
  for (std::size_t i = 0; i < cycle_.told; ++i) {
    if (i > 0) out.text(", ");
    add_party(out, cycle_.parties[i], cycle_.parties[(i + 1) % cycle_.told], now_ms);
  }
  out.text("]}\n");
  static_cast<void>(out.flush());
}

void deadlock_report::print_graph(int fd) const noexcept {
  using namespace detail;
  text_out out(fd);
  out.text("digraph deadlock {\n");
  for (std::size_t i = 0; i < cycle_.told; ++i) {
    const blocked_party& p = cycle_.parties[i];
    const party_text who(p.who);
    add_arrow(out, who.text, party_text(cycle_.parties[(i + 1) % cycle_.told].who).text);
    char what[320];
    std::snprintf(what, sizeof what, "%s %p%s", kind_of_object(p.reason), p.object, made_text(p.object, p.reason).text);
    out.text(" [label=");
    add_string(out, what);
    out.text("];\n");
    print_held_edges(out, p.who);
  }
  out.text("}\n");
  static_cast<void>(out.flush());
}

}  // namespace weft
