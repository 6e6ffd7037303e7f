// SPDX-License-Identifier: Apache-2.0
//
// Runs a whole program and compares what it does with what its source says it must do. The source's leading comment
// carries the expectations, one a line; each pattern is an ECMAScript regular expression to be found somewhere in
// the stream, unless said otherwise:
//
//     // expect-exit: 2                                      exit status (0 if not given; `any`: all but a signal)
//     // expect-stdout: ^hello$                              ^ and $ are those of a line
//     // expect-stderr: all goroutines are asleep
//     // expect-stdout-not: after the end                    expect-stderr-not likewise
//     // expect-output-exact:                                all of stdout: the lines that follow,
//     //   first line                                        each after three blanks
//     // env: GOMAXPROCS=garbage                             set for the program (NAME= unsets it)
//     // args: 10 fast                                       its arguments, separated by blanks
//     // seconds: 20                                         what it may take
//
// (Read by CMake: engines, guarantee, sentence, not-under.) A source that must not compile is checked by running the
// compiler as the program, with `expect-error` lines: it must fail and say so.
//
//   expect SOURCE PROGRAM [ARGUMENT ...]
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace {

using std::chrono::steady_clock;

struct expectations {
  std::string exit_status = "0";
  std::vector<std::string> out, out_not, err, err_not;
  std::optional<std::string> exact;
  std::vector<std::string> environment, arguments;
  int seconds = 20;
};

struct outcome {
  std::string out, err;
  int status = 0;
  bool timed_out = false;
};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "expect: %s\n", why.c_str());
  std::exit(2);
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> all;
  for (std::string word; in >> word;) all.push_back(word);
  return all;
}

bool take(expectations& want, const std::string& key, const std::string& value) {
  if (key == "expect-exit")
    want.exit_status = value;
  else if (key == "expect-stdout")
    want.out.push_back(value);
  else if (key == "expect-stdout-not")
    want.out_not.push_back(value);
  else if (key == "expect-stderr")
    want.err.push_back(value);
  else if (key == "expect-stderr-not")
    want.err_not.push_back(value);
  else if (key == "expect-error")
    want.exit_status = "1", want.err.push_back(value);
  else if (key == "env")
    want.environment.push_back(value);
  else if (key == "args")
    want.arguments = words(value);
  else if (key == "seconds")
    want.seconds = std::atoi(value.c_str());
  else
    return key.rfind("expect", 0) != 0;
  return true;
}

expectations read_expectations(const char* source) {
  std::ifstream in(source);
  if (!in) give_up(std::string("cannot read ") + source);
  expectations want;
  const std::regex form("^// ([a-z-]+): ?(.*)$");
  int number = 0;
  bool inside = false;  // the lines of the exact output
  for (std::string line; std::getline(in, line) && line.rfind("//", 0) == 0;) {
    ++number;
    std::smatch match;
    inside = inside && line.rfind("//   ", 0) == 0;
    if (inside) {
      *want.exact += line.substr(5) + "\n";
    } else if (line == "// expect-output-exact:") {
      want.exact = "";
      inside = true;
    } else if (std::regex_match(line, match, form) && !take(want, match[1], match[2])) {
      give_up(std::string(source) + ":" + std::to_string(number) + ": unknown expectation " + match[1].str());
    }
  }
  return want;
}

[[noreturn]] void become(const expectations& want, std::vector<std::string> command, int out, int err) {
  setpgid(0, 0);
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, 0);
  dup2(out, 1);
  dup2(err, 2);
  for (const std::string& setting : want.environment) {
    const auto equals = setting.find('=');
    const std::string name = setting.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : setting.substr(equals + 1);
    value.empty() ? unsetenv(name.c_str()) : setenv(name.c_str(), value.c_str(), 1);
  }
  command.insert(command.end(), want.arguments.begin(), want.arguments.end());
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  std::fprintf(stderr, "expect: cannot run %s: %s\n", argv[0], std::strerror(errno));
  _exit(127);
}

// Appends what can be read; false at the end of the stream.
bool drain(int fd, std::string& into) {
  std::array<char, 16384> buffer;
  const ssize_t n = read(fd, buffer.data(), buffer.size());
  if (n > 0) into.append(buffer.data(), static_cast<std::size_t>(n));
  return n > 0 || (n < 0 && errno == EINTR);
}

// Reads both streams until they end or the time is up.
void collect(outcome& got, pid_t child, std::array<int, 2> fds, int seconds) {
  std::array<pollfd, 2> streams{{{fds[0], POLLIN, 0}, {fds[1], POLLIN, 0}}};
  const auto deadline = steady_clock::now() + std::chrono::seconds(seconds * WEFT_TEST_SLOWNESS);
  while (streams[0].fd >= 0 || streams[1].fd >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
    if (left <= 0 && !got.timed_out) {
      got.timed_out = true;
      kill(child, SIGQUIT);  // its goroutines are the best explanation
    }
    if (left <= -2000) kill(-child, SIGKILL);
    if (left <= -4000) break;
    poll(streams.data(), streams.size(), left > 0 ? static_cast<int>(left) : 100);
    for (std::size_t i = 0; i < streams.size(); ++i) {
      if (streams[i].fd >= 0 && streams[i].revents != 0 && !drain(streams[i].fd, i == 0 ? got.out : got.err)) {
        streams[i].fd = -1;
      }
    }
  }
}

outcome run(const expectations& want, const std::vector<std::string>& command) {
  int out[2];
  int err[2];
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) give_up("cannot make a pipe");
  const pid_t child = fork();
  if (child < 0) give_up("cannot fork");
  if (child == 0) become(want, command, out[1], err[1]);
  close(out[1]);
  close(err[1]);
  outcome got;
  collect(got, child, {out[0], err[0]}, want.seconds);
  waitpid(child, &got.status, 0);
  kill(-child, SIGKILL);  // whoever it left behind
  return got;
}

bool found(const std::string& pattern, const std::string& text) {
  try {
    return std::regex_search(text, std::regex(pattern, std::regex::ECMAScript | std::regex::multiline));
  } catch (const std::regex_error& error) {
    give_up("bad pattern \"" + pattern + "\": " + error.what());
  }
}

void compare(std::vector<std::string>& wrong, const char* stream, const std::string& text,
             const std::vector<std::string>& patterns, bool wanted) {
  for (const std::string& pattern : patterns) {
    if (found(pattern, text) == wanted) continue;
    wrong.push_back(std::string(stream) + (wanted ? " does not contain: " : " contains: ") + pattern);
  }
}

std::string describe(int status) {
  if (WIFSIGNALED(status)) return "died of signal " + std::to_string(WTERMSIG(status));
  return "exit status " + std::to_string(WEXITSTATUS(status));
}

std::vector<std::string> judge(const expectations& want, const outcome& got) {
  std::vector<std::string> wrong;
  if (got.timed_out) wrong.push_back("no end after " + std::to_string(want.seconds) + " s");
  const bool exited = WIFEXITED(got.status);
  if (!exited || (want.exit_status != "any" && WEXITSTATUS(got.status) != std::atoi(want.exit_status.c_str()))) {
    wrong.push_back(describe(got.status) + ", expected exit status " + want.exit_status);
  }
  compare(wrong, "stdout", got.out, want.out, true);
  compare(wrong, "stdout", got.out, want.out_not, false);
  compare(wrong, "stderr", got.err, want.err, true);
  compare(wrong, "stderr", got.err, want.err_not, false);
  if (want.exact && got.out != *want.exact) wrong.push_back("stdout is not exactly:\n" + *want.exact);
  return wrong;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) give_up("usage: expect SOURCE PROGRAM [ARGUMENT ...]");
  const expectations want = read_expectations(argv[1]);
  const outcome got = run(want, std::vector<std::string>(argv + 2, argv + argc));
  const std::vector<std::string> wrong = judge(want, got);
  if (wrong.empty()) return 0;
  std::printf("%s:\n", argv[1]);
  for (const std::string& what : wrong) std::printf("  %s\n", what.c_str());
  std::printf("---- stdout\n%.20000s---- stderr\n%.20000s----\n", got.out.c_str(), got.err.c_str());
  return 1;
}
