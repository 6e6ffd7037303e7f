// SPDX-License-Identifier: Apache-2.0
//
// The shape of files and functions. A function is found by its braces: a block at namespace or class level whose
// opening is preceded by a parameter list. That is enough for formatted sources.
#include <algorithm>
#include <regex>

#include "rules.hpp"

namespace weft::tidy {
namespace {

constexpr std::size_t most_lines = 500;
constexpr int most_function_lines = 60;

void check_length(const source& file, findings& found) {
  if (file.lines.size() <= most_lines) return;
  found.push_back({file.path, static_cast<int>(most_lines) + 1, "file-length",
                   std::to_string(file.lines.size()) + " lines; at most " + std::to_string(most_lines)});
}

void check_licence(const source& file, findings& found) {
  const std::size_t at = !file.lines.empty() && file.lines[0].starts_with("#!") ? 1 : 0;
  if (file.lines.size() > at && file.lines[at].find("SPDX-License-Identifier: Apache-2.0") != std::string::npos) return;
  found.push_back({file.path, static_cast<int>(at) + 1, "spdx", "no SPDX-License-Identifier: Apache-2.0 line here"});
}

void check_blanks(const source& file, findings& found) {
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    if (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) {
      found.push_back({file.path, static_cast<int>(i) + 1, "trailing-space", "the line ends in blanks"});
    }
  }
}

bool explains_orders(const source& file) {
  static const std::regex paragraph("[Mm]emory order");
  return std::any_of(file.prose.begin(), file.prose.end(),
                     [](const std::string& line) { return std::regex_search(line, paragraph); });
}

// Whether this file has the paragraph, or the header that it implements.
bool explains_orders(const tree& files, const source& file) {
  if (explains_orders(file)) return true;
  const auto name = [](const std::string& path) { return path.substr(path.rfind('/') + 1); };
  const std::string header = name(file.path.substr(0, file.path.rfind('.')) + ".hpp");
  return std::any_of(files.begin(), files.end(), [&](const auto& entry) {
    return entry.first != file.path && name(entry.first) == header && explains_orders(entry.second);
  });
}

bool blank(const std::string& line) { return line.find_first_not_of(' ') == std::string::npos; }

// A weak order needs a comment on its line or above it, unless a paragraph explains all of them.
void check_memory_orders(const tree& files, const source& file, findings& found) {
  static const std::regex use(R"(memory_order_(relaxed|consume|acquire|release|acq_rel)\s*[,)])");
  if (explains_orders(files, file)) return;
  for (std::size_t i = 0; i < file.code.size(); ++i) {
    if (!std::regex_search(file.code[i], use)) continue;
    if (!blank(file.prose[i]) || (i > 0 && !blank(file.prose[i - 1]))) continue;
    found.push_back({file.path, static_cast<int>(i) + 1, "memory-order",
                     "weaker than seq_cst: say here, or under \"Memory ordering\" above, what it pairs with"});
    return;
  }
}

class function_lengths {
 public:
  function_lengths(const source& file, findings& found) : file_(file), found_(found) {}

  void check() {
    for (line_ = 1; line_ <= static_cast<int>(file_.code.size()); ++line_) {
      const std::string& code = file_.code[static_cast<std::size_t>(line_) - 1];
      if (code.starts_with("#") || continued_) {
        continued_ = code.ends_with("\\");
        continue;
      }
      for (char c : code) step(c);
      before_ += ' ';
    }
  }

 private:
  enum kind { scope, function, other };
  struct block {
    kind what;
    int line;
  };

  void step(char c) {
    if (c == '{') {
      open_.push_back({kind_of(), first_line_ == 0 ? line_ : first_line_});
    } else if (c == '}' && !open_.empty()) {
      close(open_.back());
      open_.pop_back();
    } else if (c != ';') {
      if (c != ' ' && first_line_ == 0) first_line_ = line_;
      before_ += c;
      return;
    }
    before_.clear();
    first_line_ = 0;
  }

  kind kind_of() const {
    static const std::regex scopes(R"(\b(namespace|class|struct|union|enum|extern)\b[^()]*$)");
    const bool outside = open_.empty() || open_.back().what == scope;
    if (!outside) return other;
    if (before_.find(')') != std::string::npos) return function;
    return std::regex_search(before_, scopes) ? scope : other;
  }

  void close(const block& b) {
    const int length = line_ - b.line + 1;
    if (b.what != function || length <= most_function_lines) return;
    found_.push_back({file_.path, b.line, "function-length",
                      std::to_string(length) + " lines; at most " + std::to_string(most_function_lines)});
  }

  const source& file_;
  findings& found_;
  std::vector<block> open_;
  std::string before_;  // the code since the last ; { or }
  int first_line_ = 0;  // where it began
  int line_ = 0;
  bool continued_ = false;
};

bool is_program_text(const source& file) {
  static const std::vector<std::string> endings = {".hpp", ".cpp", ".S", ".sh", ".go", ".py", ".cmake", ".awk", ".in"};
  return std::any_of(endings.begin(), endings.end(), [&](const auto& e) { return file.path.ends_with(e); }) ||
         file.path.ends_with("CMakeLists.txt") || file.path == "dev" || file.path == ".ci/run";
}

}  // namespace

findings check_shape(const tree& files) {
  findings found;
  for (const auto& [path, file] : files) {
    check_blanks(file, found);
    if (!is_program_text(file)) continue;
    check_length(file, found);
    check_licence(file, found);
    if (!file.is_cpp()) continue;
    function_lengths(file, found).check();
    if (path.starts_with("src/") || path.starts_with("include/")) check_memory_orders(files, file, found);
  }
  return found;
}

}  // namespace weft::tidy
