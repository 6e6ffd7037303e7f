// SPDX-License-Identifier: Apache-2.0
//
// A trace as a test sees it: read, and checked for what holds of every trace.
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "harness.hpp"
#include "json.hpp"

namespace weft::test {

inline std::string file_text(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

struct trace_file {
  std::vector<json> events;

  explicit trace_file(const std::string& path) {
    const std::string text = file_text(path);
    json all = json_reader(text).read();
    events = std::move(all.members.at("traceEvents").items);
  }

  /// How many have this phase and this name.
  [[nodiscard]] int count(const std::string& phase, const std::string& name) const {
    int n = 0;
    for (const json& e : events) n += e["ph"].string == phase && e["name"].string == name;
    return n;
  }

  /// Lanes balanced and in order; arrows and spans with both ends, forwards.
  void check() const {
    std::map<double, int> depth;
    std::map<double, double> latest, begun;
    std::map<std::string, int> open;
    std::map<double, const json*> arrows;
    std::map<double, bool> named;
    for (const json& e : events) {
      const std::string& phase = e["ph"].string;
      if (phase == "M") {
        if (e["name"].string == "thread_name") named[e["tid"].value] = true;
        continue;
      }
      const double lane = e["tid"].value;
      EXPECT_TRUE(named[lane]) << "a lane without a name: " << lane;
      if (phase != "e") {
        EXPECT_GE(e["ts"].value, latest[lane]) << "lane " << lane << " goes back in time";
        latest[lane] = e["ts"].value;
      }
      if (phase == "B" || phase == "E") {
        const double before = begun.try_emplace(lane, -1).first->second;
        EXPECT_GT(e["ts"].value, before) << "a slice of lane " << lane << " has no length";
      }
      if (phase == "B") begun[lane] = e["ts"].value, ++depth[lane];
      if (phase == "E") {
        EXPECT_GE(--depth[lane], 0) << "an end without a beginning";
      }
      const auto span = [&e] { return e["cat"].string + e["id"].string + e["name"].string; };
      if (phase == "b") ++open[span()];
      if (phase == "e") {
        EXPECT_GE(--open[span()], 0) << "the end of a span without a beginning";
      }
      if (phase == "s") {
        EXPECT_TRUE(arrows.emplace(e["id"].value, &e).second) << "two arrows with one name";
      }
      if (phase == "f") {
        ASSERT_EQ(arrows.count(e["id"].value), 1u) << "an arrow comes from nowhere";
        EXPECT_LE((*arrows[e["id"].value])["ts"].value, e["ts"].value);
        EXPECT_GT(depth[lane], 0) << "an arrow leads to no slice";
        arrows.erase(e["id"].value);
      }
    }
    EXPECT_TRUE(arrows.empty()) << "an arrow leads nowhere";
    for (const auto& [lane, n] : depth) EXPECT_EQ(n, 0) << "lane " << lane << " has a slice without an end";
    for (const auto& [name, n] : open) EXPECT_EQ(n, 0) << name << " does not end";
  }
};

}  // namespace weft::test
