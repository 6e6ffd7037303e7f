// SPDX-License-Identifier: Apache-2.0
//
// The OpenMetrics text, read by a small strict parser: what the specification (OpenMetrics 1.0) demands of an
// exposition of gauges, counters and histograms.
#include <cerrno>
#include <cstdlib>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "harness.hpp"
#include "weft/metrics.hpp"
#include "weft/weft.hpp"

namespace {

struct sample {
  std::string name, labels;
  double value = 0;
};

struct family {
  std::string name, type, unit;
  std::vector<sample> samples;
};

struct parsed {
  std::vector<family> families;
  std::vector<std::string> wrong;
};

const std::regex name_form("[a-zA-Z_:][a-zA-Z0-9_:]*");
const std::regex sample_form(R"(^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\]|\\[\\n"])*",?)+\})? (\S+)$)");

bool number(const std::string& text, double& value) {
  char* end = nullptr;
  value = std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0';
}

void take_description(parsed& all, const std::string& line) {
  std::istringstream in(line);
  std::string hash, what, name, rest;
  in >> hash >> what >> name;
  std::getline(in, rest);
  if (!rest.empty() && rest[0] == ' ') rest.erase(0, 1);
  if (!std::regex_match(name, name_form)) all.wrong.push_back("bad name: " + line);
  if (what == "TYPE") {
    for (const family& earlier : all.families) {
      if (earlier.name == name) all.wrong.push_back("family twice: " + name);
    }
    all.families.push_back({name, rest, "", {}});
    return;
  }
  if (all.families.empty() || all.families.back().name != name || !all.families.back().samples.empty()) {
    all.wrong.push_back("description out of place: " + line);
  } else if (what == "UNIT") {
    all.families.back().unit = rest;
  } else if (what != "HELP") {
    all.wrong.push_back("unknown description: " + line);
  }
}

void take_sample(parsed& all, const std::string& line) {
  std::smatch match;
  sample s;
  if (!std::regex_match(line, match, sample_form) || !number(match[3], s.value)) {
    all.wrong.push_back("no sample: " + line);
    return;
  }
  s.name = match[1];
  s.labels = match[2];
  if (all.families.empty() || s.name.rfind(all.families.back().name, 0) != 0) {
    all.wrong.push_back("sample of no family: " + line);
    return;
  }
  all.families.back().samples.push_back(s);
}

void check_histogram(parsed& all, const family& f) {
  double last = -1, last_bound = -1, count = -1;
  bool infinite = false;
  for (const sample& s : f.samples) {
    const std::string suffix = s.name.substr(f.name.size());
    if (suffix == "_bucket") {
      std::smatch match;
      double bound = 0;
      if (!std::regex_match(s.labels, match, std::regex(R"re(\{le="(.*)"\})re")))
        all.wrong.push_back("no le: " + f.name);
      infinite = match[1] == "+Inf";
      if (!infinite && (!number(match[1], bound) || bound <= last_bound)) all.wrong.push_back("bounds of " + f.name);
      last_bound = bound;
      if (s.value < last) all.wrong.push_back("buckets fall: " + f.name);
      last = s.value;
    } else if (suffix == "_count") {
      count = s.value;
    } else if (suffix != "_sum") {
      all.wrong.push_back("not of a histogram: " + s.name);
    }
  }
  if (!infinite || count != last) all.wrong.push_back("+Inf and count of " + f.name);
}

void check_family(parsed& all, const family& f) {
  static const std::set<std::string> types = {"gauge", "counter", "histogram"};
  if (types.count(f.type) == 0) all.wrong.push_back("type of " + f.name);
  const std::string end = "_" + f.unit;
  const bool fits = f.name.size() > end.size() && f.name.compare(f.name.size() - end.size(), end.size(), end) == 0;
  if (!f.unit.empty() && !fits) all.wrong.push_back("unit of " + f.name);
  if (f.type == "histogram") return check_histogram(all, f);
  for (const sample& s : f.samples) {
    if (s.name != f.name + (f.type == "counter" ? "_total" : "")) all.wrong.push_back("suffix of " + s.name);
    if (f.type == "counter" && s.value < 0) all.wrong.push_back("negative: " + s.name);
  }
}

parsed parse(const std::string& text) {
  parsed all;
  std::istringstream in(text);
  bool ended = false;
  for (std::string line; std::getline(in, line);) {
    if (ended) all.wrong.push_back("after the end: " + line);
    if (line == "# EOF")
      ended = true;
    else if (!line.empty() && line[0] == '#')
      take_description(all, line);
    else
      take_sample(all, line);
  }
  if (!ended || text.empty() || text.back() != '\n') all.wrong.push_back("no end");
  for (const family& f : all.families) check_family(all, f);
  return all;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

WEFT_TEST_WITH("ME4", "the metrics are told as OpenMetrics text", .seeds = 5, .workers = {1, 4}) {
  const weft::chan<int> c;
  weft::go([=] { c.send(1); });
  c.recv();
  const std::string text = weft::open_metrics_text();
  const parsed all = parse(text);
  EXPECT_TRUE(all.wrong.empty()) << joined(all.wrong) << text;
  EXPECT_GE(all.families.size(), 20u);
  double alive = 0, in_states = 0;
  for (const family& f : all.families) {
    if (f.name == "weft_goroutines") alive = f.samples.at(0).value;
    if (f.name != "weft_goroutines_in_state") continue;
    for (const sample& s : f.samples) in_states += s.value;
  }
  EXPECT_GE(alive, 1);
  EXPECT_GE(in_states, 1);
}

WEFT_PLAIN_TEST("ME4", "a text that breaks the rules is found out") {
  EXPECT_TRUE(parse("# TYPE a gauge\na 1\n# EOF\n").wrong.empty());
  EXPECT_FALSE(parse("# TYPE a gauge\na 1\n").wrong.empty());
  EXPECT_FALSE(parse("# TYPE a counter\na 1\n# EOF\n").wrong.empty());
  EXPECT_FALSE(parse("# TYPE a gauge\n# UNIT a seconds\na 1\n# EOF\n").wrong.empty());
  EXPECT_FALSE(parse("# TYPE a gauge\na{s=\"\"\"} 1\n# EOF\n").wrong.empty());
  EXPECT_FALSE(parse("# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_count 2\na_sum 1\n# EOF\n").wrong.empty());
}

WEFT_PLAIN_TEST("ME4", "the text can be written to a descriptor; an error is told") {
  EXPECT_EQ(weft::write_open_metrics(-1), EBADF);
}

}  // namespace
