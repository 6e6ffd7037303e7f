// SPDX-License-Identifier: Apache-2.0
//
// A tree: a node per segment, with its literal children, one child for a parameter and one for the rest. A search goes
// down the literal child first and comes back if nothing was found there, so it costs at most 2 to the power of the
// depth of those patterns that mix literals with parameters at the same places; patterns are the program's, not the
// client's.
//
// What a search finds is a node with handlers, not a handler: so that a path whose method is missing can be told from a
// path that is not there.
#include "weft/http/router.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>

#include "exchange.hpp"
#include "framing.hpp"
#include "head_scanner.hpp"
#include "weft/http/request.hpp"
#include "weft/http/response.hpp"

namespace weft::http {
namespace {

// "/a/b" is "a", "b"; "/a/" is "a", "".
std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  path.remove_prefix(1);
  for (;;) {
    const std::size_t slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == path.npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

[[noreturn]] void refuse(std::string_view pattern, const char* why) {
  throw std::invalid_argument("http: pattern \"" + std::string(pattern) + "\": " + why);
}

}  // namespace

struct router::node {
  std::map<std::string, std::unique_ptr<node>, std::less<>> literal;
  std::unique_ptr<node> parameter;
  std::unique_ptr<node> rest;
  std::string name;                                      // of the parameter that this node stands for
  std::map<std::string, handler, std::less<>> handlers;  // by method; "" is every other

  [[nodiscard]] bool has_handlers() const { return !handlers.empty(); }

  [[nodiscard]] std::unique_ptr<node> copy() const {
    auto made = std::make_unique<node>();
    for (const auto& [segment, child] : literal) made->literal.emplace(segment, child->copy());
    if (parameter) made->parameter = parameter->copy();
    if (rest) made->rest = rest->copy();
    made->name = name;
    made->handlers = handlers;
    return made;
  }

  [[nodiscard]] const handler* find(std::string_view method) const {
    for (const std::string_view each :
         {method, method == "HEAD" ? std::string_view("GET") : method, std::string_view()}) {
      if (const auto found = handlers.find(each); found != handlers.end()) return &found->second;
    }
    return nullptr;
  }

  [[nodiscard]] std::string allowed() const {
    std::string all;
    const auto add = [&all](std::string_view method) { all.append(all.empty() ? "" : ", ").append(method); };
    for (const auto& [method, answers] : handlers) add(method);
    if (handlers.contains("GET") && !handlers.contains("HEAD")) add("HEAD");
    if (!handlers.contains("OPTIONS")) add("OPTIONS");
    return all;
  }
};

router::router() : root_(std::make_unique<node>()) {}
router::router(const router& other) : root_(other.root_->copy()), otherwise_(other.otherwise_) {}
router::router(router&& other) noexcept = default;
router& router::operator=(router other) noexcept {
  root_ = std::move(other.root_);
  otherwise_ = std::move(other.otherwise_);
  return *this;
}
router::~router() = default;

router::node& router::place_of(std::string_view pattern) {
  if (!pattern.starts_with('/')) refuse(pattern, "does not begin with '/'");
  node* at = root_.get();
  const std::vector<std::string_view> segments = split(pattern);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    std::string_view segment = segments[i];
    const bool braces = segment.starts_with('{') && segment.ends_with('}');
    if (!braces) {
      if (segment.find_first_of("{}") != segment.npos) refuse(pattern, "a parameter is a whole segment");
      std::optional<std::string> text = decoded(segment);
      if (!text) refuse(pattern, "cannot be decoded");
      std::unique_ptr<node>& child = at->literal[*text];
      if (!child) child = std::make_unique<node>();
      at = child.get();
      continue;
    }
    segment = segment.substr(1, segment.size() - 2);
    const bool rest = segment.ends_with("...");
    if (rest) segment.remove_suffix(3);
    if (!is_token(segment)) refuse(pattern, "a parameter needs a name");
    if (rest && i + 1 != segments.size()) refuse(pattern, "nothing can follow {...}");
    std::unique_ptr<node>& child = rest ? at->rest : at->parameter;
    if (!child) {
      child = std::make_unique<node>();
      child->name = segment;
    }
    if (child->name != segment) refuse(pattern, "the parameter has another name in another pattern");
    at = child.get();
  }
  return *at;
}

void router::on(std::string_view method, std::string_view pattern, handler answers) {
  if (!answers) refuse(pattern, "null handler");
  if (!is_token(method)) refuse(pattern, "that is no method");
  if (!place_of(pattern).handlers.emplace(method, std::move(answers)).second) refuse(pattern, "was given before");
}

void router::any(std::string_view pattern, handler answers) {
  if (!answers) refuse(pattern, "null handler");
  if (!place_of(pattern).handlers.emplace("", std::move(answers)).second) refuse(pattern, "was given before");
}

void router::otherwise(handler answers) { otherwise_ = std::move(answers); }

const router::node* router::find(const node& from, const std::vector<std::string>& segments, std::size_t index,
                                 found& parameters) {
  if (index == segments.size()) return from.has_handlers() ? &from : nullptr;
  if (const auto child = from.literal.find(segments[index]); child != from.literal.end()) {
    if (const node* const end = find(*child->second, segments, index + 1, parameters)) return end;
  }
  if (from.parameter && !segments[index].empty()) {
    parameters.emplace_back(from.parameter->name, segments[index]);
    if (const node* const end = find(*from.parameter, segments, index + 1, parameters)) return end;
    parameters.pop_back();
  }
  if (!from.rest || !from.rest->has_handlers()) return nullptr;
  std::string all = segments[index];
  for (std::size_t i = index + 1; i < segments.size(); ++i) all += "/" + segments[i];
  parameters.emplace_back(from.rest->name, std::move(all));
  return from.rest.get();
}

void router::operator()(request& asked, response& answer) const {
  const auto not_found = [&] { otherwise_ ? otherwise_(asked, answer) : answer.fail(status::not_found); };
  if (asked.target() == "*") {
    answer.status(status::no_content);
    return;
  }
  std::vector<std::string> segments;
  const std::string_view raw = asked.raw_path();
  for (const std::string_view each : split(raw.empty() ? std::string_view("/") : raw)) {
    segments.push_back(decoded(each).value_or(""));
  }
  found parameters;
  const node* const end = find(*root_, segments, 0, parameters);
  if (end == nullptr) return not_found();
  if (const handler* const answers = end->find(asked.method())) {
    asked.of().parameters = std::move(parameters);
    return (*answers)(asked, answer);
  }
  answer.header().set("Allow", end->allowed());
  if (asked.method() == "OPTIONS") return answer.status(status::no_content);
  answer.fail(status::method_not_allowed);
}

}  // namespace weft::http
