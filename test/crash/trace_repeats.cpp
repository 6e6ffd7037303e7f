// SPDX-License-Identifier: Apache-2.0
// guarantee: TR1.6
// sentence: under sim the same seed makes the same trace, and another seed another
// engines: sim
// seconds: 60
// expect-stdout: ^the same: yes\nanother: yes$
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>

#include "scene.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

using namespace std::chrono_literals;

void work() {
  const weft::chan<int> c(2);
  weft::wait_group all;
  for (int i = 0; i < 4; ++i) {
    all.go([=] {
      for (int n = 0; n < 5; ++n) {
        c.send(n);
        weft::sleep_for(std::chrono::microseconds(weft::trace::task("t").number() * 10));
      }
    });
  }
  for (int i = 0; i < 20; ++i) c.recv();
  all.wait();
}

/// The trace of a process of its own, without addresses.
std::string trace_of(const std::string& path, unsigned seed) {
  scene("run").play(
      [&] {
        weft::sim::run(seed, work);
        return 0;
      },
      "WEFT_TRACE", path.c_str());
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return std::regex_replace(text.str(), std::regex("0x[0-9a-f]+"), "0x");
}

int main() {
  std::string name = std::filesystem::temp_directory_path() / "weft-XXXXXX";
  const std::string directory = mkdtemp(name.data());
  const std::string first = trace_of(directory + "/a", 7), again = trace_of(directory + "/b", 7);
  const std::string other = trace_of(directory + "/c", 8);
  std::printf("the same: %s\n", !first.empty() && first == again ? "yes" : "no");
  std::printf("another: %s\n", first != other ? "yes" : "no");
  std::filesystem::remove_all(directory);
}
