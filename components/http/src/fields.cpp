// SPDX-License-Identifier: Apache-2.0
#include "weft/http/fields.hpp"

#include <algorithm>
#include <stdexcept>

#include "head_scanner.hpp"

namespace weft::http {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace

bool same_name(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return x == y || lower(x) == lower(y); });
}

fields::field fields::operator[](std::size_t index) const noexcept {
  const place& p = places_[index];
  const std::string_view all = text_;
  return {all.substr(p.at, p.name), all.substr(p.at + p.name, p.value)};
}

std::optional<std::string_view> fields::get(std::string_view name) const noexcept {
  for (const auto& [known, value] : *this) {
    if (same_name(known, name)) return value;
  }
  return std::nullopt;
}

std::size_t fields::count(std::string_view name) const noexcept {
  std::size_t n = 0;
  for (const auto& [known, value] : *this) n += same_name(known, name) ? 1 : 0;
  return n;
}

bool fields::has(std::string_view name, std::string_view element) const noexcept {
  for (auto [known, rest] : *this) {
    if (!same_name(known, name)) continue;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      std::string_view each = rest.substr(0, comma);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      each.remove_prefix(std::min(each.find_first_not_of(" \t"), each.size()));
      each = each.substr(0, each.find_last_not_of(" \t") + 1);
      if (same_name(each, element)) return true;
    }
  }
  return false;
}

void fields::add(std::string_view name, std::string_view value) {
  if (!is_token(name)) throw std::invalid_argument("http: not the name of a field: \"" + std::string(name) + "\"");
  const place made{text_.size(), name.size(), value.size()};
  text_.append(name).append(value);
  std::replace_if(
      text_.end() - static_cast<std::ptrdiff_t>(value.size()), text_.end(),
      [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
  places_.push_back(made);
}

void fields::set(std::string_view name, std::string_view value) {
  const std::string kept(value);  // which may be a part of text_
  remove(name);
  add(name, kept);
}

void fields::remove(std::string_view name) noexcept {
  std::erase_if(places_, [&](const place& p) { return same_name(std::string_view(text_).substr(p.at, p.name), name); });
  if (places_.empty()) text_.clear();
}

void fields::clear() noexcept {
  places_.clear();
  text_.clear();
}

}  // namespace weft::http
