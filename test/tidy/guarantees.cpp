// SPDX-License-Identifier: Apache-2.0
//
// docs/semantics.md numbers what weft promises: an item that begins with **C4**, or **C4.1** for a part of it. Tests
// cite those numbers, in the first argument of WEFT_TEST and its like, or in a line "// guarantee: C4" of a whole
// program; who cites a part cites the whole. In turn the document names tests: what stands in quotation marks after
// "Test:", to the end of the item, are sentences of tests.
#include <algorithm>
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
  std::string sentence;
};

constexpr const char* id_pattern = R"([A-Z]+[0-9]+(\.[0-9]+|[a-z])?)";

std::map<std::string, int> promised(const tree& files) {
  std::map<std::string, int> ids;
  const auto file = files.find(document);
  if (file == files.end()) return ids;
  const std::regex form(std::string(R"(^[-*|\s]*\*\*()") + id_pattern + R"()\*\*)");
  for (std::size_t i = 0; i < file->second.lines.size(); ++i) {
    std::smatch match;
    if (std::regex_search(file->second.lines[i], match, form)) ids.emplace(match[1], static_cast<int>(i) + 1);
  }
  return ids;
}

// The string literals that follow each other at the beginning of `text`, as one; they are taken off it.
std::string take_literal(std::string& text) {
  static const std::regex literal(R"re(^\s*"([^"]*)")re");
  std::string value;
  for (std::smatch match; std::regex_search(text, match, literal);) {
    value += match[1];
    text = match.suffix();
  }
  return value;
}

// Tests in the source, by the macros of test/harness.hpp. A macro and its arguments may be on several lines.
void cite_from_tests(const source& file, std::vector<citation>& cited) {
  static const std::regex macro(R"re(^WEFT_(PLAIN_)?TEST(_WITH)?\()re");
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    std::smatch match;
    if (!std::regex_search(file.lines[i], match, macro)) continue;
    std::string arguments = match.suffix();
    for (std::size_t more = i + 1; more < i + 4 && more < file.lines.size(); ++more) arguments += file.lines[more];
    const std::string ids = take_literal(arguments);
    arguments.erase(0, arguments.find(',') + 1);
    cited.push_back({file.path, static_cast<int>(i) + 1, ids, take_literal(arguments)});
  }
}

void cite_from_header(const source& file, std::vector<citation>& cited) {
  static const std::string key = "// guarantee: ", sentence_key = "// sentence: ";
  citation found{file.path, 0, "", ""};
  for (std::size_t i = 0; i < file.lines.size() && file.lines[i].starts_with("//"); ++i) {
    if (file.lines[i].starts_with(sentence_key)) found.sentence = file.lines[i].substr(sentence_key.size());
    if (!file.lines[i].starts_with(key)) continue;
    found.line = static_cast<int>(i) + 1;
    found.ids = file.lines[i].substr(key.size());
  }
  if (found.line != 0) cited.push_back(found);
}

// The tests that the document names and that do not exist. An item ends where the next begins, or at a blank line.
void check_sentences(const tree& files, const std::set<std::string>& sentences, findings& found) {
  static const std::regex quoted(R"re("([^"]*)")re");
  const auto file = files.find(document);
  if (file == files.end()) return;
  const std::vector<std::string>& lines = file->second.lines;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::size_t at = lines[i].find("Test:");
    if (at == std::string::npos) continue;
    std::string named = lines[i].substr(at);
    for (std::size_t next = i + 1; next < lines.size() && lines[next].starts_with("  "); ++next) {
      if (lines[next].find("**") != std::string::npos) break;
      named += lines[next].substr(lines[next].find_first_not_of(' ') - 1);
    }
    for (auto each = std::sregex_iterator(named.begin(), named.end(), quoted); each != std::sregex_iterator(); ++each) {
      if (sentences.count((*each)[1]) != 0) continue;
      found.push_back({document, static_cast<int>(i) + 1, "guarantees", "no test is named \"" + each->str(1) + "\""});
    }
  }
}

}  // namespace

findings check_guarantees(const tree& files) {
  std::vector<citation> cited;
  for (const auto& [path, file] : files) {
    static constexpr const char* citing[] = {"test/", "examples/", "components/"};
    const bool cites = std::any_of(std::begin(citing), std::end(citing),
                                   [&path = path](const char* folder) { return path.starts_with(folder); });
    if (!path.ends_with(".cpp") || !cites) continue;
    cite_from_tests(file, cited);
    cite_from_header(file, cited);
  }
  findings found;
  const std::map<std::string, int> ids = promised(files);
  std::set<std::string> shown;
  std::set<std::string> sentences;
  const std::regex id_form(id_pattern);
  for (const citation& c : cited) {
    sentences.insert(c.sentence);
    auto at = std::sregex_iterator(c.ids.begin(), c.ids.end(), id_form);
    if (at == std::sregex_iterator()) found.push_back({c.path, c.line, "guarantees", "the test cites no guarantee"});
    for (; at != std::sregex_iterator(); ++at) {
      shown.insert(at->str());
      shown.insert(at->str().substr(0, at->str().find('.')));
      if (ids.count(at->str()) == 0) {
        found.push_back({c.path, c.line, "guarantees", at->str() + " is not in " + document});
      }
    }
  }
  for (const auto& [id, line] : ids) {
    if (shown.count(id) == 0) found.push_back({document, line, "guarantees", "no test cites " + id});
  }
  check_sentences(files, sentences, found);
  return found;
}

}  // namespace weft::tidy
