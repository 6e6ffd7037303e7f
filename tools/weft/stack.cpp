// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "ask.hpp"
#include "commands.hpp"
#include "page.hpp"

namespace weft_tool {
namespace {

/// What is known without the process's help.
void tell_from_page(const process& of) {
  std::string why;
  const auto opened = page::open(of, why);
  if (!opened) return;
  const snapshot now = opened->take();
  std::fprintf(stderr, "weft: its statistics page: %llu goroutines, %llu procs, %llu of them idle, last look %s ago\n",
               static_cast<unsigned long long>(now.goroutines), static_cast<unsigned long long>(now.gomaxprocs),
               static_cast<unsigned long long>(now.tokens_idle),
               duration(now.looked_ns <= now.at_ns ? now.at_ns - now.looked_ns : 0).c_str());
  if (now.hog_ns != 0) {
    std::fprintf(stderr, "weft: longest slice so far: %s, goroutine %llu, started at %s:%llu\n",
                 duration(now.hog_ns).c_str(), static_cast<unsigned long long>(now.hog_goroutine), now.hog_file.c_str(),
                 static_cast<unsigned long long>(now.hog_line));
  }
}

}  // namespace

int stack(pid_t pid) {
  process of;
  if (!find(pid, of)) return 1;
  const answer told = ask(of, "stack");
  if (told.given) {
    const std::string text = printable(told.text, true);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return 0;
  }
  complain(told.text);
  tell_from_page(of);
  std::fprintf(stderr,
               "weft: gdb shows goroutines without its help: gdb -p %d -batch -ex 'source weft-gdb.py' "
               "-ex 'goroutine all bt'\n",
               static_cast<int>(pid));
  return 1;
}

int trace(pid_t pid, const std::string& file) {
  process of;
  if (!find(pid, of)) return 1;
  const answer told = ask(of, "trace", 30);
  if (!told.given) return complain(told.text);
  std::FILE* const out = std::fopen(file.c_str(), "wb");
  const bool written = out != nullptr && std::fwrite(told.text.data(), 1, told.text.size(), out) == told.text.size();
  const bool closed = out != nullptr && std::fclose(out) == 0;
  if (!written || !closed) return complain("cannot write " + file);
  std::printf("%s: %zu bytes\n", file.c_str(), told.text.size());
  return 0;
}

}  // namespace weft_tool
