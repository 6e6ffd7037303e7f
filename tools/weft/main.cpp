// SPDX-License-Identifier: Apache-2.0
//
// weft: looks into running processes with weft in them, from outside. What can be read from their statistics pages and
// from /proc is; for stacks a process must listen (weft/control.hpp).
//
// Arguments are parsed by hand: five verbs with at most three options. A library for that (CLI11) would be a dependency
// and some seconds of every build.
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "commands.hpp"

namespace {

constexpr char usage[] = R"(weft ps                            the processes with weft in them
weft top PID [--once] [-d SECONDS] what a process does, again and again
weft stack PID                     all its goroutines (it must listen: WEFT_CONTROL=1)
weft trace PID FILE                its flight recorder, for Perfetto (likewise)
weft doctor [PID]                  what this machine offers, and what was chosen
)";

int misuse(const char* why) {
  std::fprintf(stderr, "weft: %s\n%s", why, usage);
  return 2;
}

/// The number of a process; -1: it is none.
pid_t number(std::string_view text) {
  if (text.empty() || text.size() > 9 || text.find_first_not_of("0123456789") != std::string_view::npos) return -1;
  const int n = std::atoi(text.data());
  return n > 0 ? n : -1;
}

int top(const std::vector<const char*>& words) {
  bool once = false;
  double seconds = 1;
  pid_t pid = -1;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "--once") {
      once = true;
    } else if (word == "-d" && i + 1 < words.size()) {
      char* end = nullptr;
      seconds = std::strtod(words[++i], &end);
      if (*end != '\0' || !(seconds >= 0.01 && seconds <= 3600)) return misuse("top: -d wants 0.01 to 3600 seconds");
    } else if (pid == -1) {
      pid = number(word);
      if (pid == -1) return misuse("top: the number of a process is wanted");
    } else {
      return misuse("top: one process at a time");
    }
  }
  return pid == -1 ? misuse("top: of which process?") : weft_tool::top(pid, seconds, once);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view verb = argc > 1 ? argv[1] : "help";
  const std::vector<const char*> words(argv + (argc > 1 ? 2 : 1), argv + argc);
  if (verb == "help" || verb == "--help" || verb == "-h") {
    std::fputs(usage, stdout);
    return 0;
  }
  if (verb == "top") return top(words);
  if (verb == "ps") return words.empty() ? weft_tool::ps() : misuse("ps takes no arguments");
  const pid_t pid = words.empty() ? 0 : number(words[0]);
  if (pid == -1) return misuse("the number of a process is wanted");
  if (verb == "doctor" && words.size() <= 1) return weft_tool::doctor(pid);
  if (verb == "stack" && words.size() == 1) return weft_tool::stack(pid);
  if (verb == "trace" && words.size() == 2) return weft_tool::trace(pid, words[1]);
  return misuse("this is none of the following");
}
