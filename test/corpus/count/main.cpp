// SPDX-License-Identifier: Apache-2.0
//
// How many of the corpus's programs in which somebody blocks for ever are reported: each is run with all that weft has
// to say (circles, stuck goroutines, what is left at the end). Fails under 95 of 100, under 44 programs, or if a
// program does not say whether it blocks.
//
// guarantee: D10.4
// sentence: of all programs in which somebody blocks for ever at least 95 of 100 are reported
// seconds: 600
// expect-stdout: ^[0-9]+ programs block, [0-9]+ are reported, [0-9]+ of them before main has returned$
//
//   count SOURCES PROGRAMS ENGINE     PROGRAMS holds corpus_<name>_<engine>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

namespace {

namespace fs = std::filesystem;

/// "yes", "no", or nothing.
std::string says_whether_it_blocks(const fs::path& source) {
  std::ifstream in(source);
  const std::string key = "// blocking: ";
  for (std::string line; std::getline(in, line) && line.starts_with("//");) {
    if (line.starts_with(key)) return line.substr(key.size());
  }
  return {};
}

/// What it prints, to either stream.
std::string play(const fs::path& program) {
  const std::string command =
      "WEFT_DIAG=leaks,stuck,stuckevery=20 timeout 60 '" + program.string() + "' 2>&1 < /dev/null";
  std::FILE* const from = popen(command.c_str(), "r");
  if (from == nullptr) std::abort();
  std::string text;
  for (int c = std::fgetc(from); c != EOF; c = std::fgetc(from)) text += static_cast<char>(c);
  static_cast<void>(pclose(from));
  return text;
}

bool has(const std::string& text, const char* pattern) {
  return std::regex_search(text, std::regex(pattern, std::regex::ECMAScript | std::regex::multiline));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  int all = 0;
  int reported = 0;
  int early = 0;
  bool wrong = false;
  for (const fs::directory_entry& each : fs::directory_iterator(argv[1])) {
    const std::string name = each.path().stem().string();
    const fs::path program = fs::path(argv[2]) / ("corpus_" + name + "_" + argv[3]);
    if (each.path().extension() != ".cpp" || !fs::exists(program)) continue;
    const std::string blocks = says_whether_it_blocks(each.path());
    if (blocks != "yes" && blocks != "no")
      std::printf("%s does not say whether it blocks\n", name.c_str()), wrong = true;
    if (blocks != "yes") continue;
    ++all;
    const std::string text = play(program);
    const bool before = has(text, "^(fatal error: |weft: deadlock: |weft: stuck: )|^found: yes$");
    const bool at_end = has(text, "^weft: goroutines left when main returned") && has(text, "^goroutine [0-9]+ \\[");
    early += before ? 1 : 0;
    reported += before || at_end ? 1 : 0;
    if (!before && !at_end) std::printf("%s is not reported\n", name.c_str());
  }
  std::printf("%d programs block, %d are reported, %d of them before main has returned\n", all, reported, early);
  return !wrong && all >= 44 && reported * 100 >= all * 95 ? 0 : 1;
}
