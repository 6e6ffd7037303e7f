// SPDX-License-Identifier: Apache-2.0
//
// docs/semantics.md numbers what weft promises: an item that begins with **C4**. Tests cite those numbers, in the
// first argument of WEFT_TEST and its like, or in a line "// guarantee: C4" of a whole program.
#include <iterator>
#include <regex>
#include <set>

#include "rules.hpp"

namespace weft::tidy {
namespace {

constexpr const char* document = "docs/semantics.md";

struct citation {
  std::string path;
  int line;
  std::string ids;
};

std::map<std::string, int> promised(const tree& files) {
  std::map<std::string, int> ids;
  const auto file = files.find(document);
  if (file == files.end()) return ids;
  const std::regex form(R"(^[-*|\s]*\*\*([A-Z]+[0-9]+[a-z]?)\*\*)");
  for (std::size_t i = 0; i < file->second.lines.size(); ++i) {
    std::smatch match;
    if (std::regex_search(file->second.lines[i], match, form)) ids.emplace(match[1], static_cast<int>(i) + 1);
  }
  return ids;
}

// Tests in the source, by the macros of test/harness.hpp. A macro and its arguments may be on two lines.
void cite_from_tests(const source& file, std::vector<citation>& cited) {
  static const std::regex macro(R"re(^WEFT_(PLAIN_)?TEST(_WITH)?\(\s*("([^"]*)")?)re");
  static const std::regex argument(R"re(^\s*"([^"]*)")re");
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    std::smatch match;
    if (!std::regex_search(file.lines[i], match, macro)) continue;
    std::string ids = match[4];
    std::smatch next;
    if (!match[3].matched && i + 1 < file.lines.size() && std::regex_search(file.lines[i + 1], next, argument)) {
      ids = next[1];
    }
    cited.push_back({file.path, static_cast<int>(i) + 1, ids});
  }
}

void cite_from_header(const source& file, std::vector<citation>& cited) {
  static const std::string key = "// guarantee: ";
  for (std::size_t i = 0; i < file.lines.size() && file.lines[i].starts_with("//"); ++i) {
    if (file.lines[i].starts_with(key)) {
      cited.push_back({file.path, static_cast<int>(i) + 1, file.lines[i].substr(key.size())});
    }
  }
}

}  // namespace

findings check_guarantees(const tree& files) {
  std::vector<citation> cited;
  for (const auto& [path, file] : files) {
    if (!path.ends_with(".cpp") || !(path.starts_with("test/") || path.starts_with("examples/"))) continue;
    cite_from_tests(file, cited);
    cite_from_header(file, cited);
  }
  findings found;
  const std::map<std::string, int> ids = promised(files);
  std::set<std::string> shown;
  const std::regex id_form("[A-Z]+[0-9]+[a-z]?");
  for (const citation& c : cited) {
    auto at = std::sregex_iterator(c.ids.begin(), c.ids.end(), id_form);
    if (at == std::sregex_iterator()) found.push_back({c.path, c.line, "guarantees", "the test cites no guarantee"});
    for (; at != std::sregex_iterator(); ++at) {
      shown.insert(at->str());
      if (ids.count(at->str()) == 0) {
        found.push_back({c.path, c.line, "guarantees", at->str() + " is not in " + document});
      }
    }
  }
  for (const auto& [id, line] : ids) {
    if (shown.count(id) == 0) found.push_back({document, line, "guarantees", "no test cites " + id});
  }
  return found;
}

}  // namespace weft::tidy
