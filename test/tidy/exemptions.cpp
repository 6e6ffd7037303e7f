// SPDX-License-Identifier: Apache-2.0
//
// exemptions.txt begins with "at most N" and then has a line "RULE PATH REASON ..." for each file that may break a
// rule. It may only shrink: there are at most N, and one that nothing needs must go.
#include <algorithm>
#include <set>

#include "rules.hpp"

namespace weft::tidy {
namespace {

constexpr const char* data_file = "test/tidy/exemptions.txt";

struct exemption {
  std::string rule, path;
  int line;
  bool used = false;
};

std::vector<exemption> read_exemptions(const tree& files, findings& found) {
  std::vector<exemption> all;
  const auto data = files.find(data_file);
  if (data == files.end()) return all;
  std::size_t most = 0;
  int number = 0;
  for (const std::string& line : data->second.lines) {
    ++number;
    const std::vector<std::string> words = split(line);
    if (words.empty() || words[0][0] == '#') continue;
    if (words.size() == 3 && words[0] == "at" && words[1] == "most") {
      most = std::stoul(words[2]);
    } else if (words.size() < 4) {
      found.push_back({data_file, number, "exemptions", "expected: RULE PATH REASON ..."});
    } else {
      all.push_back({words[0], words[1], number});
    }
  }
  if (all.size() > most) {
    found.push_back({data_file, all.back().line, "exemptions",
                     std::to_string(all.size()) + " exemptions; at most " + std::to_string(most)});
  }
  return all;
}

}  // namespace

findings check_all(const tree& files) {
  findings broken;
  for (const auto check : {check_floors, check_doors, check_shape, check_guarantees}) {
    for (finding& f : check(files)) broken.push_back(std::move(f));
  }
  findings found;
  std::vector<exemption> exemptions = read_exemptions(files, found);
  for (finding& f : broken) {
    const auto allowed = std::find_if(exemptions.begin(), exemptions.end(),
                                      [&](const exemption& e) { return e.rule == f.rule && e.path == f.path; });
    if (allowed == exemptions.end()) {
      found.push_back(std::move(f));
    } else {
      allowed->used = true;
    }
  }
  for (const exemption& e : exemptions) {
    if (!e.used) found.push_back({data_file, e.line, "exemptions", "nothing needs this one any more; remove it"});
  }
  return found;
}

}  // namespace weft::tidy
