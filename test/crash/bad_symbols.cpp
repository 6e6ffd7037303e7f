// SPDX-License-Identifier: Apache-2.0
//
// Dumps where nothing can be named: no file can be opened, the program has been stripped, or its file is gone.
//
// guarantee: BI4 BI4.1
// sentence: without a symbol table stacks are told by offsets, without any files by addresses, and nobody hangs
// not-under: thread (the first scene opens nothing, which its runtime does not survive), emulator (it is what is opened)
// seconds: 120
// expect-stdout: ^\[no files\] err:   \? \+0x[0-9a-f]+  \(crash_bad_symbols_\w+\)$
// expect-stdout: ^\[no files\] err: panic: nothing can be opened$
// expect-stdout: ^\[no files\] exit 2$
// expect-stdout: ^\[(stripped|strip is missing)\]
// expect-stdout: ^\[stripped\] err:   \S+ \+0x[0-9a-f]+  \(weft_stripped\)$
// expect-stdout: ^\[stripped\] err: goroutine \d+ \[chan receive, .*\] \{waits\}:$
// expect-stdout: ^\[stripped\] exit 2$
// expect-stdout: ^\[gone\] err: panic: looked at itself$
// expect-stdout: ^\[gone\] err:   \S+ \+0x[0-9a-f]+  \(weft_gone.*\)$
// expect-stdout: ^\[gone\] exit 2$
// expect-stdout: ^\[a pipe\] err: panic: looked at itself$
// expect-stdout: ^\[a pipe\] exit 2$
// expect-stdout-not: did not end|signal
// expect-stdout-not: ^\[(stripped|no files)\] err: .*waits_here
#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <filesystem>
#include <string>

#include "scene.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

namespace {

std::atomic<bool> closed{false};        // nothing can be opened
std::atomic<const char*> own{nullptr};  // what is opened instead of the program's own file

int (*real_open)(const char*, int, ...) = nullptr;

}  // namespace

/// In the place of the C library's.
extern "C" int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const auto mode = static_cast<mode_t>((flags & O_CREAT) != 0 ? va_arg(arguments, int) : 0);
  va_end(arguments);
  if (real_open == nullptr) {
    void* const found = dlsym(RTLD_NEXT, "open");
    real_open = reinterpret_cast<int (*)(const char*, int, ...)>(found);
  }
  if (closed.load()) {
    errno = ENOENT;
    return -1;
  }
  const char* const other = own.load();
  return real_open(other != nullptr && std::string_view(path) == "/proc/self/exe" ? other : path, flags, mode);
}

[[gnu::noinline]] int waits_here(const weft::chan<int>& c) { return c.recv().value_or(0) + 1; }

int panic_beside_a_waiter(const char* text) {
  return weft::run([text] {
    static const weft::chan<int> never;
    weft::go({.label = "waits"}, [] { waits_here(never); });
    weft::testing::settle();
    weft::panic(text);
  });
}

/// Runs a copy of this program: how it comes to be is said by `make`, a command of the shell.
void play_copy(const char* name, const std::string& program, const std::string& make) {
  if (system(make.c_str()) != 0) {
    std::printf(
        "[%s is missing]\n[stripped] err:   ? +0x0  (weft_stripped)\n"
        "[stripped] err: goroutine 0 [chan receive, -] {waits}:\n[stripped] exit 2\n",
        name);
    return;
  }
  scene(name).play([&] {
    execl(program.c_str(), program.c_str(), "panic", nullptr);
    return 1;
  });
}

int main(int argc, char** argv) {
  if (argc > 1) {
    if (std::string_view(argv[0]).find("gone") != std::string_view::npos) unlink(argv[0]);
    return panic_beside_a_waiter("looked at itself");
  }
  char folder[] = "/tmp/weft-test-XXXXXX";
  if (mkdtemp(folder) == nullptr) return 1;
  scene("no files").play([] {
    closed = true;
    return panic_beside_a_waiter("nothing can be opened");
  });
  const std::string program = std::string(folder) + "/weft_stripped", gone = std::string(folder) + "/weft_gone";
  const std::string self = std::filesystem::canonical("/proc/self/exe");
  play_copy("stripped", program, "strip -s -o '" + program + "' '" + self + "' 2>/dev/null");
  play_copy("gone", gone, "cp '" + self + "' '" + gone + "'");
  const std::string pipe = std::string(folder) + "/pipe";
  if (mkfifo(pipe.c_str(), 0600) != 0) return 1;
  scene("a pipe").play([&] {
    own = pipe.c_str();
    return panic_beside_a_waiter("looked at itself");
  });
  std::filesystem::remove_all(folder);
}
