// SPDX-License-Identifier: Apache-2.0
//
// Clients of the control socket that do not behave, in the process that they ask.
//
// guarantee: BI1 BI1.1 BI1.2 BI1.3
// sentence: who asks nonsense, asks slowly, does not read, or comes in crowds, keeps nobody else from an answer
// engines: sched
// seconds: 120
// expect-stdout: ^nonsense: closed$
// expect-stdout: ^unknown: error: this process does not know that question$
// expect-stdout: ^after nonsense: whole$
// expect-stdout: ^beside half a question: whole$
// expect-stdout: ^the other half: whole$
// expect-stdout: ^beside those who do not read: whole$
// expect-stdout: ^beside a crowd: whole$
// expect-stdout: ^without a descriptor: whole$
// expect-stdout: ^names seen before anybody listened: 0$
// expect-stdout: ^names seen in time: \d+$
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "weft/testing.hpp"
#include "weft/weft.hpp"

int connect_to(const std::string& path, int with = -1) {
  const int fd = with >= 0 ? with : socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size());
  while (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (errno == EAGAIN || errno == EINTR) {
      usleep(1000);  // those who wait in front are too many
      continue;
    }
    const int error = errno;
    close(fd);
    errno = error;
    return -1;
  }
  return fd;
}

void say(int fd, const std::string& text) { static_cast<void>(!send(fd, text.data(), text.size(), MSG_NOSIGNAL)); }

/// To the end of the stream, or for ten seconds.
std::string hear(int fd) {
  std::string text;
  pollfd one{fd, POLLIN, 0};
  while (poll(&one, 1, 10'000) == 1) {
    char buffer[4096];
    const ssize_t n = read(fd, buffer, sizeof buffer);
    if (n <= 0) break;
    text.append(buffer, static_cast<std::size_t>(n));
  }
  return text;
}

/// "whole": an answer to "stack" that is as long as it says.
std::string verdict(const std::string& text) {
  const std::size_t end = text.find('\n');
  if (text.rfind("ok ", 0) != 0) return text.empty() ? "closed" : text.substr(0, end);
  const bool whole = std::stoull(text.substr(3)) == text.size() - end - 1;
  return whole && text.find("deep") != std::string::npos ? "whole" : "torn";
}

void tell(const char* what, const std::string& text) { std::printf("%s: %s\n", what, verdict(text).c_str()); }

std::string ask(const std::string& path, const std::string& question) {
  const int fd = connect_to(path);
  say(fd, question);
  const std::string text = hear(fd);
  close(fd);
  return text;
}

/// Takes all descriptors but one, with which it asks.
void ask_without_descriptors(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 256);
  setrlimit(RLIMIT_NOFILE, &limit);
  std::vector<int> taken;
  for (int each = dup(0); each >= 0; each = dup(0)) taken.push_back(each);
  connect_to(path, fd);
  say(fd, "stack\n");
  tell("without a descriptor", hear(fd));
  for (const int each : taken) close(each);
  close(fd);
}

void misbehave(const std::string& path) {
  tell("nonsense", ask(path, std::string(1000, '\xff')));
  tell("unknown", ask(path, "who are you?\n"));
  tell("after nonsense", ask(path, "stack\n"));
  const int half = connect_to(path);
  say(half, "sta");
  tell("beside half a question", ask(path, "stack\n"));
  say(half, "ck\n");
  tell("the other half", hear(half));
  close(half);
  std::vector<int> others;
  for (int i = 0; i < 5; ++i) say(others.emplace_back(connect_to(path)), "stack\n");
  tell("beside those who do not read", ask(path, "stack\n"));
  for (int i = 0; i < 50; ++i) others.push_back(connect_to(path));
  tell("beside a crowd", ask(path, "stack\n"));
  for (const int each : others) close(each);
  ask_without_descriptors(path);
}

[[gnu::noinline]] int deep(int n, const weft::chan<int>& c) {
  if (n == 0) return c.recv().value_or(0);
  return deep(n - 1, c) + 1;
}

/// A name on which nobody listens is one that somebody has left behind, so it must not be there before.
void look_for_names(const std::string& folder) {
  int too_early = 0, in_time = 0;
  for (int i = 0; i < 40; ++i) {
    int hold[2];
    if (pipe(hold) != 0) std::abort();
    const pid_t child = fork();
    if (child == 0) {
      close(hold[1]);
      static_cast<void>(weft::control::listen());
      char byte = 0;
      static_cast<void>(!read(hold[0], &byte, 1));
      std::exit(0);
    }
    close(hold[0]);
    const std::string path = folder + "/weft/" + std::to_string(child) + ".sock";
    int error = ENOENT;
    while (error == ENOENT) {
      const int fd = connect_to(path);
      error = fd < 0 ? errno : 0;
      if (fd >= 0) close(fd);
    }
    ++(error == 0 ? in_time : too_early);
    close(hold[1]);
    waitpid(child, nullptr, 0);
  }
  std::printf("names seen before anybody listened: %d\nnames seen in time: %d\n", too_early, in_time);
}

int main() {
  signal(SIGPIPE, SIG_DFL);
  char folder[] = "/tmp/weft-test-XXXXXX";
  if (mkdtemp(folder) == nullptr) return 1;
  setenv("XDG_RUNTIME_DIR", folder, 1);
  look_for_names(folder);
  const int status = weft::run([] {
    const weft::chan<int> never;
    for (int i = 0; i < 90; ++i) weft::go([never] { deep(30, never); });
    weft::testing::settle();
    const weft::result<std::string> path = weft::control::listen();
    if (!path) return 1;
    std::thread(misbehave, *path).join();
    return 0;
  });
  std::filesystem::remove_all(folder);
  return status;
}
