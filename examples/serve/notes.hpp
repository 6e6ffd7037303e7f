// SPDX-License-Identifier: Apache-2.0
//
// What the example keeps: texts with numbers, and how they look as JSON. Many connections use it at the same time, so
// it has a lock.
#pragma once

#include <weft/weft.hpp>

#include <cstdio>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace serve {

inline std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
      out += code;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

class notes {
 public:
  int add(std::string text) {
    const std::scoped_lock lock(mutex_);
    texts_.emplace(++last_, std::move(text));
    return last_;
  }

  bool remove(std::string_view id) {
    const std::scoped_lock lock(mutex_);
    const auto at = find(id);
    if (at == texts_.end()) return false;
    texts_.erase(at);
    return true;
  }

  [[nodiscard]] std::optional<std::string> one(std::string_view id) {
    const std::scoped_lock lock(mutex_);
    const auto at = find(id);
    if (at == texts_.end()) return std::nullopt;
    return json(at->first, at->second);
  }

  [[nodiscard]] std::string all() {
    const std::scoped_lock lock(mutex_);
    std::string out = "[";
    for (const auto& [id, text] : texts_) out += (out.size() > 1 ? "," : "") + json(id, text);
    return out + "]";
  }

 private:
  using table = std::map<int, std::string>;

  static std::string json(int id, const std::string& text) {
    return "{\"id\":" + std::to_string(id) + ",\"text\":" + json_string(text) + "}";
  }

  table::iterator find(std::string_view id) {
    for (auto at = texts_.begin(); at != texts_.end(); ++at) {
      if (std::to_string(at->first) == id) return at;
    }
    return texts_.end();
  }

  weft::mutex mutex_;
  table texts_;
  int last_ = 0;
};

}  // namespace serve
