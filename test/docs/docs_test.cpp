// SPDX-License-Identifier: Apache-2.0
//
// Compiles and runs the code of a document. Every block that begins with ```cpp is a program, or a part of one:
//
//     with a main function   compiled, linked and run; it must end with status 0, or with N where the fence says
//                            ```cpp exit=N. A block ```output right after it is what it must print, exactly; the lines
//                            of a block ```stderr must stand in what it writes there, in this order, and ... in them
//                            is any text. NAME=VALUE in the fence is set for it.
//     ```cpp declarations    compiled as it stands, at namespace scope, but not run
//     otherwise              compiled as the body of a goroutine, but not run; std::chrono's literals are there
//     ```cpp sketch          not looked at: code that is not C++ (yet), or not weft's
//
//   docs_test DOCUMENT DIRECTORY COMMAND ...    COMMAND compiles and links, but for "SOURCE -o PROGRAM", which follows
//                                               its first word
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct block {
  int line = 0;  // of its fence
  std::string attributes, code, output, error;
  bool has_output = false;

  [[nodiscard]] bool has(const char* word) const {
    std::istringstream in(attributes);
    for (std::string each; in >> each;) {
      if (each == word) return true;
    }
    return false;
  }
  [[nodiscard]] bool is_program() const { return code.find("int main(") != std::string::npos; }
  [[nodiscard]] int expected_status() const {
    const auto at = attributes.find("exit=");
    return at == std::string::npos ? 0 : std::atoi(attributes.c_str() + at + 5);
  }
  [[nodiscard]] std::string environment() const {
    std::istringstream in(attributes);
    std::string all;
    for (std::string each; in >> each;) {
      if (each[0] >= 'A' && each[0] <= 'Z' && each.find('=') != std::string::npos) all += "'" + each + "' ";
    }
    return all;
  }
};

// The fenced text that begins at `number` (counted from 1), without the fences; moves on to the closing one.
std::string fenced(const std::vector<std::string>& lines, std::size_t& number) {
  std::string text;
  for (; number < lines.size() && !lines[number].starts_with("```"); ++number) text += lines[number] + "\n";
  ++number;
  return text;
}

std::vector<block> blocks_of(const std::string& document) {
  std::ifstream in(document);
  if (!in) {
    std::fprintf(stderr, "docs: cannot read %s\n", document.c_str());
    std::exit(2);
  }
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  std::vector<block> blocks;
  bool adjacent = false;  // nothing but blank lines since the last block
  for (std::size_t i = 0; i < lines.size();) {
    const std::string line = lines[i++];
    const int number = static_cast<int>(i);
    if (line.starts_with("```output") && adjacent) {
      blocks.back().output = fenced(lines, i);
      blocks.back().has_output = true;
    } else if (line.starts_with("```stderr") && adjacent) {
      blocks.back().error = fenced(lines, i);
    } else if (line.starts_with("```cpp")) {
      block b;
      b.line = number;
      b.attributes = line.substr(6);
      b.code = fenced(lines, i);
      blocks.push_back(b);
    } else if (line.starts_with("```")) {
      fenced(lines, i);
    }
    adjacent = line.starts_with("```cpp") || (adjacent && (line.empty() || line.starts_with("```output")));
  }
  return blocks;
}

std::string program_of(const block& b, const std::string& document) {
  const std::string place = "#line " + std::to_string(b.line + 1) + " \"" + document + "\"\n";
  if (b.is_program()) return place + b.code;
  const std::string head = "#include \"weft/weft.hpp\"\nusing namespace std::chrono_literals;\n";
  if (b.has("declarations")) return head + place + b.code + "int main() {}\n";
  return head + "int main() {\n  return weft::run([] {\n" + place + b.code + "  });\n}\n";
}

int run(const std::string& command) {
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string contents(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// Whether a line is the pattern, in which ... stands for any text.
bool matches(const std::string& line, const std::string& pattern) {
  std::size_t at = 0;
  for (std::size_t begin = 0; begin <= pattern.size();) {
    const std::size_t end = std::min(pattern.find("...", begin), pattern.size());
    const std::string piece = pattern.substr(begin, end - begin);
    const std::size_t found = end == pattern.size() && begin != 0 && line.size() >= piece.size()
                                  ? line.size() - piece.size()
                                  : line.find(piece, at);
    if (found == std::string::npos || found < at || (begin == 0 && found != 0)) return false;
    if (line.compare(found, piece.size(), piece) != 0) return false;
    at = found + piece.size();
    begin = end + 3;
  }
  return pattern.ends_with("...") || at == line.size();
}

// The first line that does not follow in the text; empty if all do.
std::string missing_line(const std::string& text, const std::string& patterns) {
  std::istringstream lines(text), wanted(patterns);
  for (std::string pattern; std::getline(wanted, pattern);) {
    bool found = pattern.empty();
    for (std::string line; !found && std::getline(lines, line);) found = matches(line, pattern);
    if (!found) return pattern;
  }
  return {};
}

class checker {
 public:
  checker(std::string document, fs::path directory, const std::vector<std::string>& command)
      : document_(std::move(document)), directory_(std::move(directory)), compiler_(command.front()) {
    for (std::size_t i = 1; i < command.size(); ++i) flags_ += " '" + command[i] + "'";
    fs::create_directories(directory_);
  }

  bool check(const block& b) {
    if (b.has("sketch")) return true;
    const fs::path stem = directory_ / ("line" + std::to_string(b.line));
    const fs::path source = stem.string() + ".cpp";
    std::ofstream(source) << program_of(b, document_);
    if (run(compiler_ + " '" + source.string() + "' -o '" + stem.string() + "'" + flags_) != 0) {
      return wrong(b, "does not compile");
    }
    if (!b.is_program()) return true;
    const fs::path out = stem.string() + ".out";
    const fs::path err = stem.string() + ".err";
    const int status = run("env " + b.environment() + "timeout 20 '" + stem.string() + "' </dev/null >'" +
                           out.string() + "' 2>'" + err.string() + "'");
    if (status != b.expected_status()) return wrong(b, "ended with status " + std::to_string(status));
    if (b.has_output && contents(out) != b.output) return wrong(b, "printed\n" + contents(out));
    const std::string missing = missing_line(contents(err), b.error);
    if (!missing.empty()) return wrong(b, "does not write \"" + missing + "\" but\n" + contents(err));
    return true;
  }

 private:
  bool wrong(const block& b, const std::string& what) {
    std::printf("%s:%d: %s\n", document_.c_str(), b.line, what.c_str());
    return false;
  }

  std::string document_;
  fs::path directory_;
  std::string compiler_, flags_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: docs_test DOCUMENT DIRECTORY COMMAND ...\n");
    return 2;
  }
  checker check(argv[1], argv[2], std::vector<std::string>(argv + 3, argv + argc));
  const std::vector<block> blocks = blocks_of(argv[1]);
  int failed = 0;
  for (const block& b : blocks) failed += check.check(b) ? 0 : 1;
  std::printf("%s: %zu blocks, %d wrong\n", argv[1], blocks.size(), failed);
  return failed == 0 ? 0 : 1;
}
