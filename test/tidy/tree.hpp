// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

namespace weft::tidy {

/// A file of the tree, line by line. In `code` comments are blank, and so are the insides of string and character
/// literals (not those of #include); in `prose` all but comments is blank. Columns stay where they are.
struct source {
  std::string path;  // relative to the root
  std::vector<std::string> lines, code, prose;

  [[nodiscard]] bool is_cpp() const;
};

/// A broken rule, printed as "path:line: rule: text".
struct finding {
  std::string path;
  int line = 0;
  std::string rule;
  std::string text;

  [[nodiscard]] std::string print() const;
};

using findings = std::vector<finding>;

/// Splits a file into lines, code and prose.
source parse(std::string path, const std::string& contents);

/// All files that people write under `root`, by path: not build directories, not what is hidden (except .ci).
std::map<std::string, source> read_tree(const std::string& root);

/// True if `path` is `pattern`, lies below it (pattern ends in /), or begins with it (pattern ends in *).
bool matches(const std::string& path, const std::string& pattern);

/// The words of a text.
std::vector<std::string> split(const std::string& text);

}  // namespace weft::tidy
