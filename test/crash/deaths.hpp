// SPDX-License-Identifier: Apache-2.0
//
// Many misuses in one program: each row runs in a child process of its own, which must end with status 2 and say why.
// The report must begin with the row's line, followed by a blank line and a goroutine; `also` must be somewhere in it.
// A line may end in "..." for any text that follows in it.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>

#include <weft/weft.hpp>

namespace deaths {

struct row {
  const char* what;
  const char* first_line;
  void (*body)();  // called in a goroutine
  const char* also = "\ngoroutine ";
};

/// Runs one body in a child; returns its exit status, and what it wrote to standard error in `report`.
inline int status_of(void (*body)(), std::string& report) {
  int ends[2];
  if (pipe(ends) != 0) return -1;
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    dup2(ends[1], 2);
    close(ends[0]);
    close(ends[1]);
    std::exit(weft::run(body));
  }
  close(ends[1]);
  char text[4096];
  for (ssize_t n = 0; (n = read(ends[0], text, sizeof text)) > 0;) report.append(text, static_cast<std::size_t>(n));
  close(ends[0]);
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/// The exit status for main: 0 if every row died as it should.
inline int check(std::span<const row> rows) {
  int wrong = 0;
  for (const row& r : rows) {
    std::string report;
    const int status = status_of(r.body, report);
    std::string begin(r.first_line);
    if (begin.ends_with("..."))
      begin.resize(begin.size() - 3);
    else
      begin += "\n\n";
    const bool said = report.starts_with(begin) && report.find(r.also) != report.npos;
    if (status == 2 && said) continue;
    ++wrong;
    std::printf("%s: status %d, expected 2 and \"%s\"; it said:\n%s\n", r.what, status, r.first_line, report.c_str());
  }
  return wrong == 0 ? 0 : 1;
}

}  // namespace deaths
