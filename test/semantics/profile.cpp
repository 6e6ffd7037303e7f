// SPDX-License-Identifier: Apache-2.0
//
// weft/profile.hpp. The files are decoded here as far as it takes to see what is in them; whether pprof opens them is
// seen in test/trace.
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "scratch.hpp"
#include "traces.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

using namespace std::chrono_literals;

namespace {

using weft::test::scratch;

struct field {
  std::uint64_t number = 0, value = 0;
  std::string bytes;
};

std::uint64_t varint(const std::string& text, std::size_t& at) {
  std::uint64_t value = 0;
  for (int shift = 0; at < text.size(); shift += 7) {
    const auto byte = static_cast<unsigned char>(text[at++]);
    value |= std::uint64_t{byte & 127u} << shift;
    if (byte < 128) return value;
  }
  ADD_FAILURE() << "a number does not end";
  return value;
}

std::vector<field> fields(const std::string& text) {
  std::vector<field> all;
  for (std::size_t at = 0; at < text.size();) {
    field f;
    const std::uint64_t key = varint(text, at);
    f.number = key >> 3;
    f.value = varint(text, at);
    if ((key & 7) == 2) {
      EXPECT_LE(f.value, text.size() - at);
      f.bytes = text.substr(at, f.value);
      at += f.bytes.size();
    } else {
      EXPECT_EQ(key & 7, 0u);
    }
    all.push_back(f);
  }
  return all;
}

std::uint64_t number_in(const std::string& text, std::uint64_t number) {
  for (const field& f : fields(text)) {
    if (f.number == number) return f.value;
  }
  return 0;
}

struct sample {
  std::vector<std::string> functions;
  std::vector<std::uint64_t> values;
  std::map<std::string, std::string> labels;
};

std::vector<sample> samples_in(const std::string& path) {
  std::vector<std::string> strings;
  std::map<std::uint64_t, std::uint64_t> name_of_function, function_of_location;
  const std::vector<field> all = fields(weft::test::file_text(path));
  for (const field& f : all) {
    if (f.number == 6) strings.push_back(f.bytes);
    if (f.number == 5) name_of_function[number_in(f.bytes, 1)] = number_in(f.bytes, 2);
    if (f.number != 4) continue;
    for (const field& line : fields(f.bytes)) {
      if (line.number == 4) function_of_location[number_in(f.bytes, 1)] = number_in(line.bytes, 1);
    }
  }
  EXPECT_TRUE(!strings.empty() && strings[0].empty()) << "the first string is empty";
  std::vector<sample> found;
  for (const field& f : all) {
    if (f.number != 2) continue;
    sample s;
    for (const field& part : fields(f.bytes)) {
      std::size_t at = 0;
      if (part.number == 2) {
        while (at < part.bytes.size()) s.values.push_back(varint(part.bytes, at));
      } else if (part.number == 1) {
        while (at < part.bytes.size()) {
          s.functions.push_back(strings.at(name_of_function[function_of_location[varint(part.bytes, at)]]));
        }
      } else {
        s.labels[strings.at(number_in(part.bytes, 1))] = strings.at(number_in(part.bytes, 2));
      }
    }
    found.push_back(s);
  }
  return found;
}

/// The sum of the values with that index, of those with that function in their stack.
std::uint64_t sum_of(const std::vector<sample>& all, const std::string& function, std::size_t index) {
  std::uint64_t sum = 0;
  for (const sample& s : all) {
    for (const std::string& each : s.functions) {
      if (each.find(function) == std::string::npos) continue;
      sum += s.values.at(index);
      break;
    }
  }
  return sum;
}

/// Looks at what it receives, so that the wait is not its last call, which would leave no frame of it.
[[gnu::noinline]] void waits_in_here(const weft::chan<int>& c) { EXPECT_FALSE(c.recv().has_value()); }

[[gnu::noinline]] void unlocks_in_here(weft::mutex& m) {
  weft::sleep_for(2ms);
  m.unlock();
  weft::yield();
}

WEFT_TEST_WITH("TR5.1 TR5.2", "profiles name the functions in which goroutines wait, for what, and how long",
               .seeds = 3) {
  const scratch files;
  weft::profile::block_rate(1ns);
  weft::profile::mutex_fraction(1);
  const weft::chan<int> c;
  weft::wait_group all;
  for (int i = 0; i < 3; ++i) weft::go({.label = "waits"}, [&] { waits_in_here(c), all.done(); });
  all.add(3);
  weft::testing::settle();
  ASSERT_TRUE(weft::profile::save_goroutines(files / "g").has_value());
  std::uint64_t waiting = 0;
  for (const sample& s : samples_in(files / "g")) {
    const auto label = s.labels.find("label");
    if (label == s.labels.end() || label->second != "waits") continue;
    EXPECT_NE(s.labels.at("started").find("profile.cpp:"), std::string::npos);
    waiting += s.values.at(0);
  }
  EXPECT_EQ(waiting, 3u);
  EXPECT_EQ(sum_of(samples_in(files / "g"), "waits_in_here", 0), 3u);
  weft::mutex m;
  m.lock();
  all.go([&] {
    m.lock();
    m.unlock();
  });
  weft::testing::settle();
  unlocks_in_here(m);
  c.close();
  all.wait();
  weft::profile::block_rate(0ns);
  weft::profile::mutex_fraction(0);
  ASSERT_TRUE(weft::profile::save_blocks(files / "b").has_value());
  ASSERT_TRUE(weft::profile::save_mutexes(files / "m").has_value());
  EXPECT_GE(sum_of(samples_in(files / "b"), "waits_in_here", 0), 3u);
  EXPECT_GE(sum_of(samples_in(files / "b"), "waits_in_here", 1), 3u * 1'900'000u);
  EXPECT_GE(sum_of(samples_in(files / "m"), "unlocks_in_here", 0), 1u);
  EXPECT_GE(sum_of(samples_in(files / "m"), "unlocks_in_here", 1), 1'900'000u);
}

volatile unsigned long burnt;

[[gnu::noinline]] void burns_in_here() {
  for (int i = 0; i < 1000; ++i) burnt = burnt + 1;
}

WEFT_TEST_WITH("TR5.3", "the profile of the processor names the function that burns it", .on = weft::test::sched_only,
               .workers = {2}) {
  if (weft::test::under_thread_sanitizer || weft::test::under_emulator) return;  // they hold signals back
  const scratch files;
  EXPECT_EQ(weft::profile::start_cpu(0).error(), std::errc::invalid_argument);
  std::uint64_t found = 0;
  for (int attempt = 0; attempt < 20 && found == 0; ++attempt) {
    ASSERT_TRUE(weft::profile::start_cpu(1000).has_value());
    EXPECT_EQ(weft::profile::start_cpu().error(), std::errc::device_or_resource_busy);
    for (int i = 0; i < 20'000; ++i) burns_in_here();
    ASSERT_TRUE(weft::profile::stop_cpu(files / "c").has_value());
    found = sum_of(samples_in(files / "c"), "burns_in_here", 1);
  }
  EXPECT_GE(found, 1'000'000u);
}

}  // namespace
