// SPDX-License-Identifier: Apache-2.0
//
// Doors. doors.txt is a list of blocks, each a door's name at the margin and, indented,
//     no      a regular expression that must not match a line
//     in      the trees it is forbidden in
//     except  the files that are the door
//     look    code (the default), prose, or all
//     why     the reason, printed with each finding
#include <algorithm>
#include <regex>

#include "rules.hpp"

namespace weft::tidy {
namespace {

constexpr const char* data_file = "test/tidy/doors.txt";

struct door {
  std::string name, look = "code", why;
  std::regex forbidden;
  std::vector<std::string> in, except;
};

bool set_field(door& d, const std::string& key, const std::string& value) {
  if (key == "no") {
    d.forbidden = std::regex(value, std::regex::ECMAScript | std::regex::optimize);
  } else if (key == "in") {
    d.in = split(value);
  } else if (key == "except") {
    d.except = split(value);
  } else if (key == "look") {
    d.look = value;
  } else if (key == "why") {
    d.why = value;
  } else {
    return false;
  }
  return true;
}

std::vector<door> read_doors(const tree& files, findings& found) {
  std::vector<door> doors;
  const auto data = files.find(data_file);
  if (data == files.end()) {
    found.push_back({data_file, 0, "doors", "missing"});
    return doors;
  }
  const std::regex form(R"(^\s+([a-z]+)\s+(.*)$)");
  int number = 0;
  for (const std::string& line : data->second.lines) {
    ++number;
    std::smatch match;
    if (line.empty() || line[0] == '#') continue;
    if (line[0] != ' ') {
      doors.push_back({});
      doors.back().name = line;
    } else if (doors.empty() || !std::regex_match(line, match, form) || !set_field(doors.back(), match[1], match[2])) {
      found.push_back({data_file, number, "doors", "not a line of this file: " + line});
    }
  }
  return doors;
}

bool any_matches(const std::string& path, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& p) { return matches(path, p); });
}

void look_through(const door& d, const source& file, findings& found) {
  const auto& lines = d.look == "all" ? file.lines : d.look == "prose" ? file.prose : file.code;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::smatch match;
    if (!std::regex_search(lines[i], match, d.forbidden)) continue;
    found.push_back({file.path, static_cast<int>(i) + 1, d.name, "'" + match.str() + "': " + d.why});
  }
}

}  // namespace

findings check_doors(const tree& files) {
  findings found;
  for (const door& d : read_doors(files, found)) {
    for (const auto& [path, file] : files) {
      if (any_matches(path, d.in) && !any_matches(path, d.except)) look_through(d, file, found);
    }
  }
  return found;
}

}  // namespace weft::tidy
