// SPDX-License-Identifier: Apache-2.0
#include "tree.hpp"

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace weft::tidy {
namespace {

namespace fs = std::filesystem;

// Goes over C++ text a character at a time and says what each is part of.
class scanner {
 public:
  enum part { code, comment, literal };

  part next(char c, char after) {
    if (pending_ > 0) {
      --pending_;
      const part was = state_ == line_comment || state_ == block_comment || closing_ ? comment : literal;
      if (pending_ == 0 && closing_) state_ = plain, closing_ = false;
      return was;
    }
    switch (state_) {
      case plain:
        return enter(c, after);
      case line_comment:
        if (c == '\n') state_ = plain;
        return comment;
      case block_comment:
        if (c == '*' && after == '/') pending_ = 1, closing_ = true;
        return comment;
      case text:
        if (c == '\\') {
          pending_ = 1;
        } else if (c == quote_ || c == '\n') {
          state_ = plain;
          return code;
        }
        return literal;
    }
    return code;
  }

 private:
  enum state { plain, line_comment, block_comment, text };

  part enter(char c, char after) {
    if (c == '/' && (after == '/' || after == '*')) {
      state_ = after == '/' ? line_comment : block_comment;
      pending_ = 1;
      return comment;
    }
    if (c == '"' || (c == '\'' && !digit_before_)) {
      state_ = text;
      quote_ = c;
    }
    digit_before_ = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    return code;
  }

  state state_ = plain;
  char quote_ = 0;
  int pending_ = 0;            // characters that belong to what the last one began
  bool closing_ = false;       // they end a block comment
  bool digit_before_ = false;  // a ' here separates digits
};

std::vector<std::string> split_lines(const std::string& contents) {
  std::vector<std::string> lines;
  std::istringstream in(contents);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool is_include(const std::string& contents, std::size_t at) {
  const std::size_t begin = contents.rfind('\n', at) + 1;
  return contents.compare(begin, 8, "#include") == 0;
}

bool written_by_people(const fs::path& path) {
  static const std::set<std::string> extensions = {".hpp", ".cpp", ".S",  ".cmake", ".txt", ".sh",
                                                   ".md",  ".go",  ".py", ".json",  ".awk", ".in"};
  return extensions.count(path.extension()) > 0 || path.filename() == "dev" || path.filename() == "run";
}

}  // namespace

bool source::is_cpp() const { return path.ends_with(".hpp") || path.ends_with(".cpp"); }

std::string finding::print() const { return path + ":" + std::to_string(line) + ": " + rule + ": " + text; }

source parse(std::string path, const std::string& contents) {
  source file{std::move(path), split_lines(contents), {}, {}};
  if (!file.is_cpp()) {
    file.code = file.prose = file.lines;
    return file;
  }
  std::string code = contents;
  std::string prose = contents;
  scanner scan;
  for (std::size_t i = 0; i < contents.size(); ++i) {
    const auto part = scan.next(contents[i], i + 1 < contents.size() ? contents[i + 1] : '\0');
    if (contents[i] == '\n') continue;
    if (part == scanner::comment || (part == scanner::literal && !is_include(contents, i))) code[i] = ' ';
    if (part != scanner::comment) prose[i] = ' ';
  }
  file.code = split_lines(code);
  file.prose = split_lines(prose);
  return file;
}

std::map<std::string, source> read_tree(const std::string& root) {
  std::map<std::string, source> files;
  for (auto at = fs::recursive_directory_iterator(root); at != fs::recursive_directory_iterator(); ++at) {
    const std::string name = at->path().filename();
    if (at->is_directory()) {
      if ((name[0] == '.' && name != ".ci") || name == "build") at.disable_recursion_pending();
      continue;
    }
    if (!at->is_regular_file() || !written_by_people(at->path())) continue;
    std::ostringstream contents;
    contents << std::ifstream(at->path()).rdbuf();
    const std::string path = fs::relative(at->path(), root).generic_string();
    files.emplace(path, parse(path, contents.str()));
  }
  return files;
}

bool matches(const std::string& path, const std::string& pattern) {
  if (pattern.ends_with("/")) return path.starts_with(pattern);
  if (pattern.ends_with("*")) return path.starts_with(pattern.substr(0, pattern.size() - 1));
  return path == pattern;
}

std::vector<std::string> split(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

}  // namespace weft::tidy
