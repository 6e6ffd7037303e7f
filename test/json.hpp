// SPDX-License-Identifier: Apache-2.0
//
// JSON, read strictly (RFC 8259), for tests that look at what weft writes. Anything else throws std::runtime_error with
// the place. Strings keep their escapes but \" and \\, which is all that tests compare.
#pragma once

#include <cctype>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft::test {

struct json {
  enum kind { null, boolean, number, text, list, object } is = null;
  double value = 0;
  std::string string;
  std::vector<json> items;
  std::map<std::string, json> members;

  [[nodiscard]] bool has(const std::string& key) const { return members.count(key) != 0; }
  [[nodiscard]] const json& operator[](const std::string& key) const {
    const auto at = members.find(key);
    if (at == members.end()) throw std::runtime_error("no member " + key);
    return at->second;
  }
};

class json_reader {
 public:
  explicit json_reader(const std::string& text) : text_(text) {}

  json read() {
    json all = value();
    blanks();
    if (at_ != text_.size()) fail("something follows");
    return all;
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    throw std::runtime_error("JSON at " + std::to_string(at_) + ": " + what + ": " + text_.substr(at_, 40));
  }

  void blanks() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  bool take(char c) {
    blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void need(char c) {
    if (!take(c)) fail("another character is expected");
  }

  json value() {
    blanks();
    json result;
    if (take('{')) {
      result.is = json::object;
      if (take('}')) return result;
      do {
        blanks();
        std::string key = string();
        need(':');
        if (!result.members.emplace(std::move(key), value()).second) fail("a key comes twice");
      } while (take(','));
      need('}');
    } else if (take('[')) {
      result.is = json::list;
      if (take(']')) return result;
      do {
        result.items.push_back(value());
      } while (take(','));
      need(']');
    } else if (at_ < text_.size() && text_[at_] == '"') {
      result.is = json::text;
      result.string = string();
    } else {
      word_or_number(result);
    }
    return result;
  }

  void word_or_number(json& result) {
    for (const char* word : {"true", "false", "null"}) {
      if (text_.compare(at_, std::string(word).size(), word) != 0) continue;
      at_ += std::string(word).size();
      result.is = word[0] == 'n' ? json::null : json::boolean;
      result.value = word[0] == 't';
      return;
    }
    const std::size_t begin = at_;
    const auto digits = [&] {
      const std::size_t first = at_;
      while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
      if (at_ == first) fail("digits are expected");
    };
    if (at_ < text_.size() && text_[at_] == '-') ++at_;
    if (at_ < text_.size() && text_[at_] == '0')
      ++at_;
    else
      digits();
    if (at_ < text_.size() && text_[at_] == '.') ++at_, digits();
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      digits();
    }
    result.is = json::number;
    result.value = std::strtod(text_.substr(begin, at_ - begin).c_str(), nullptr);
  }

  std::string string() {
    if (at_ >= text_.size() || text_[at_] != '"') fail("a string is expected");
    std::string result;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) fail("a control character in a string");
      if (text_[at_] == '\\') {
        ++at_;
        if (at_ >= text_.size() || std::string("\"\\/bfnrtu").find(text_[at_]) == std::string::npos) fail("no escape");
        if (text_[at_] != '"' && text_[at_] != '\\') result += '\\';
      }
      result += text_[at_];
    }
    if (at_ >= text_.size()) fail("a string does not end");
    ++at_;
    return result;
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

}  // namespace weft::test
