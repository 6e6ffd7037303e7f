// SPDX-License-Identifier: Apache-2.0
//
// The goroutines of a scope are those whose numbers were not there when it was made; numbers are given out in batches,
// so a later one may be the lower.
//
// Memory ordering: relaxed, as in dump.cpp.
#include "weft/leaks.hpp"

#include <algorithm>
#include <cstdio>

#include "park/goroutine_groups.hpp"
#include "park/pause.hpp"
#include "park/registry.hpp"
#include "trace/json_string.hpp"

namespace weft {

namespace detail {

namespace {

constexpr nanoseconds first_look_again = 1'000'000;

struct scope_filter {
  const std::vector<std::uint64_t>& before;
  const std::vector<std::string>& ignored;
  std::uint64_t caller;

  static bool wanted(void* arg, const goroutine& g) {
    const auto& self = *static_cast<const scope_filter*>(arg);
    const std::uint64_t id = id_of(&g);
    if (id == 0 || id == self.caller || std::binary_search(self.before.begin(), self.before.end(), id)) return false;
    return g.label == nullptr || std::find(self.ignored.begin(), self.ignored.end(), g.label) == self.ignored.end();
  }
};

void add_json_string(std::string& out, std::string_view text) {
  put_json_string(text, [&out](char c) { out += c; });
}

void add_json_list(std::string& out, const std::vector<std::string>& texts) {
  out += '[';
  for (const std::string& each : texts) {
    if (out.back() == '"') out += ", ";
    add_json_string(out, each);
  }
  out += ']';
}

std::string address_text(const void* object) {
  char text[32] = "";
  if (object != nullptr) std::snprintf(text, sizeof text, "%p", object);
  return text;
}

}  // namespace

}  // namespace detail

leak_scope::leak_scope() {
  detail::for_each_goroutine(
      [](void* arg, detail::goroutine& g) {
        static_cast<std::vector<std::uint64_t>*>(arg)->push_back(detail::id_of(&g));
      },
      &before_);
  std::sort(before_.begin(), before_.end());
}

leak_scope& leak_scope::ignore(std::string label) {
  ignored_.push_back(std::move(label));
  return *this;
}

std::vector<leak> leak_scope::find(std::chrono::milliseconds patience) const {
  detail::scope_filter filter{before_, ignored_, detail::id_of(detail::current())};
  const detail::nanoseconds give_up = detail::now() + std::chrono::nanoseconds(patience).count();
  for (detail::nanoseconds wait = detail::first_look_again;; wait *= 2) {
    const detail::nanoseconds now = detail::now();
    std::vector<leak> left =
        detail::group_goroutines(detail::scope_filter::wanted, &filter, static_cast<std::uint32_t>(now / 1'000'000));
    if (left.empty() || now >= give_up) return left;
    detail::pause_for(std::min(wait, give_up - now));
  }
}

std::string leak_scope::leaks(std::chrono::milliseconds patience) const { return text_of(find(patience)); }

std::string text_of(const std::vector<leak>& leaks) {
  std::string text;
  for (const leak& each : leaks) {
    const std::string object = each.object != nullptr ? ", " + detail::address_text(each.object) : "";
    const std::string waited =
        each.object != nullptr || each.longest.count() != 0 ? ", " + std::to_string(each.longest.count()) + " ms" : "";
    text += "\ngoroutine " + std::to_string(each.first) + " [" + each.state + object + waited + "]";
    if (!each.label.empty()) text += " {" + each.label + "}";
    text += ":\n";
    for (const std::string& frame : each.stack) text += "  " + frame + "\n";
    text += "  started at " + each.started_at + "\n";
    if (!each.made_at.empty()) {
      text += "  waits for " + each.kind + " " + detail::address_text(each.object) + ", made at " + each.made_at + "\n";
    }
    for (const std::string& lock : each.holds) text += "  holds " + lock + "\n";
    if (each.count > 1) text += "  and " + std::to_string(each.count - 1) + " more like it\n";
  }
  return text;
}

std::string json_of(const std::vector<leak>& leaks) {
  std::size_t all = 0;
  for (const leak& each : leaks) all += each.count;
  std::string text = "{\"left\": " + std::to_string(all) + ", \"groups\": [";
  for (const leak& each : leaks) {
    if (text.back() == '}') text += ", ";
    text += "{\"count\": " + std::to_string(each.count) + ", \"goroutine\": " + std::to_string(each.first);
    text += ", \"state\": ";
    detail::add_json_string(text, each.state);
    text += ", \"object\": ";
    detail::add_json_string(text, detail::address_text(each.object));
    text += ", \"kind\": ";
    detail::add_json_string(text, each.kind);
    text += ", \"made\": ";
    detail::add_json_string(text, each.made_at);
    text += ", \"waited_ms\": " + std::to_string(each.longest.count()) + ", \"label\": ";
    detail::add_json_string(text, each.label);
    text += ", \"started\": ";
    detail::add_json_string(text, each.started_at);
    text += ", \"stack\": ";
    detail::add_json_list(text, each.stack);
    text += ", \"holds\": ";
    detail::add_json_list(text, each.holds);
    text += "}";
  }
  return text + "]}";
}

}  // namespace weft
