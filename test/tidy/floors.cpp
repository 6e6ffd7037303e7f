// SPDX-License-Identifier: Apache-2.0
//
// Includes and floors. floors.txt has four kinds of line:
//     floor 4 chan sync          the folders of a floor, below src/
//     apart chan sync            folders that do not include each other, though on one floor
//     closed sched sim           folders that nobody else includes
//     home chan chan.hpp ...     the folder that a header of include/weft/ (or its detail/) belongs to
//     surface examples/ ...      trees that see only include/weft/*.hpp
// A header in include/weft/detail names its floor in its second line ("// floor 4") and needs a home only where
// `apart` matters. What the compiler's own search finds (system headers, neighbours such as "harness.hpp") is free.
#include <algorithm>
#include <regex>
#include <set>

#include "rules.hpp"

namespace weft::tidy {
namespace {

constexpr const char* data_file = "test/tidy/floors.txt";

struct building {
  std::map<std::string, int> floor_of;         // folder
  std::map<std::string, std::string> home_of;  // header, as in include/weft/
  std::set<std::pair<std::string, std::string>> apart;
  std::set<std::string> closed;
  std::vector<std::string> surface;
};

void read_line(building& plan, const std::vector<std::string>& words, findings& found, int number) {
  const std::string& kind = words[0];
  const std::vector<std::string> rest(words.begin() + 1, words.end());
  if (kind == "floor" && rest.size() > 1) {
    for (std::size_t i = 1; i < rest.size(); ++i) plan.floor_of[rest[i]] = std::stoi(rest[0]);
  } else if (kind == "apart" && rest.size() == 2) {
    plan.apart.insert({rest[0], rest[1]});
    plan.apart.insert({rest[1], rest[0]});
  } else if (kind == "closed") {
    plan.closed.insert(rest.begin(), rest.end());
  } else if (kind == "home" && rest.size() > 1) {
    for (std::size_t i = 1; i < rest.size(); ++i) plan.home_of[rest[i]] = rest[0];
  } else if (kind == "surface") {
    plan.surface.insert(plan.surface.end(), rest.begin(), rest.end());
  } else {
    found.push_back({data_file, number, "floors", "not a line of this file: " + kind});
  }
}

building read_building(const tree& files, findings& found) {
  building plan;
  const auto data = files.find(data_file);
  if (data == files.end()) {
    found.push_back({data_file, 0, "floors", "missing"});
    return plan;
  }
  int number = 0;
  for (const std::string& line : data->second.lines) {
    ++number;
    const std::vector<std::string> words = split(line);
    if (!words.empty() && words[0][0] != '#') read_line(plan, words, found, number);
  }
  return plan;
}

// Where a file stands: its floor, and its folder if it has one.
struct place {
  int floor = -1;  // -1: on none
  std::string folder;
};

// `path` relative to the root, of a file in src/ or include/weft/.
place place_of(const building& plan, const tree& files, const std::string& path) {
  place here;
  if (path.starts_with("src/")) {
    here.folder = path.substr(4, path.find('/', 4) - 4);
  } else if (const auto home = plan.home_of.find(path.substr(13)); home != plan.home_of.end()) {
    here.folder = home->second;
  }
  const auto floor = plan.floor_of.find(here.folder);
  if (floor != plan.floor_of.end()) here.floor = floor->second;
  const auto file = files.find(path);
  std::smatch match;
  if (path.starts_with("include/weft/detail/") && file != files.end() && file->second.lines.size() > 1 &&
      std::regex_match(file->second.lines[1], match, std::regex("// floor ([0-9])"))) {
    here.floor = std::stoi(match[1]);
  }
  return here;
}

// The path of an included file in this tree, or nothing if it is none of src/ or include/weft/. In angle brackets a
// folder of src/ is none of ours: <net/if.h> is the system's.
std::string resolve(const building& plan, const std::string& included, bool in_brackets) {
  if (included.starts_with("weft/")) return "include/" + included;
  if (in_brackets) return "";
  return plan.floor_of.count(included.substr(0, included.find('/'))) > 0 ? "src/" + included : "";
}

class includes_of {
 public:
  includes_of(const building& plan, const tree& files, const source& file) : plan_(plan), files_(files), file_(file) {}

  findings check() {
    const bool surface = std::any_of(plan_.surface.begin(), plan_.surface.end(),
                                     [&](const std::string& tree) { return matches(file_.path, tree); });
    const bool inside = file_.path.starts_with("src/") || file_.path.starts_with("include/weft/");
    if (!surface && !inside) return {};
    if (inside) here_ = place_of(plan_, files_, file_.path);
    if (inside && here_.floor < 0) say(1, "is on no floor; give it one in " + std::string(data_file));
    const std::regex form(R"re(^\s*#\s*include\s*(["<])([^">]+)[">])re");
    for (std::size_t i = 0; i < file_.code.size(); ++i) {
      std::smatch match;
      if (!std::regex_search(file_.code[i], match, form)) continue;
      const std::string target = resolve(plan_, match[2], match[1] == "<");
      if (target.empty()) continue;
      if (surface) look_from_outside(static_cast<int>(i) + 1, target);
      if (inside) look_down(static_cast<int>(i) + 1, target);
    }
    return std::move(found_);
  }

 private:
  void look_from_outside(int line, const std::string& target) {
    if (target.starts_with("src/") || target.starts_with("include/weft/detail/")) {
      say(line, "includes " + target + "; programs include only include/weft/*.hpp");
    }
  }

  void look_down(int line, const std::string& target) {
    const place there = place_of(plan_, files_, target);
    if (there.floor > here_.floor) {
      say(line, "floor " + std::to_string(here_.floor) + " includes " + target + " of floor " +
                    std::to_string(there.floor) + "; includes point down");
    } else if (plan_.apart.count({here_.folder, there.folder}) > 0) {
      say(line, here_.folder + " includes " + target + "; " + here_.folder + " and " + there.folder + " stay apart");
    } else if (plan_.closed.count(there.folder) > 0 && here_.folder != there.folder) {
      say(line, "includes " + target + "; nobody includes " + there.folder);
    }
  }

  void say(int line, std::string text) { found_.push_back({file_.path, line, "floors", std::move(text)}); }

  const building& plan_;
  const tree& files_;
  const source& file_;
  place here_;
  findings found_;
};

}  // namespace

findings check_floors(const tree& files) {
  findings found;
  const building plan = read_building(files, found);
  for (const auto& [path, file] : files) {
    if (!file.is_cpp()) continue;
    for (finding& f : includes_of(plan, files, file).check()) found.push_back(std::move(f));
  }
  return found;
}

}  // namespace weft::tidy
