// SPDX-License-Identifier: Apache-2.0
//
// Children: starting, standard streams, environment.
#include <fcntl.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "scratch.hpp"
#include "streams.hpp"

namespace {

using namespace std::chrono_literals;
using namespace weft::test;
namespace io = weft::io;
using io::stdio;
using weft::spawn;
using weft::task;

io::command shell(const std::string& script) { return {.arguments = {"sh", "-c", script}}; }

/// What a script writes to its standard output.
std::string output_of(io::command what) {
  what.output = stdio::pipe();
  auto p = io::start(what);
  EXPECT_TRUE(p) << p.error();
  if (!p) return "";
  const std::string text = *io::read_all(p->output());
  EXPECT_TRUE(p->wait()->success());
  return text;
}

/// Nobody is left to collect.
void expect_no_children() {
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

WEFT_TEST_WITH("PS1.1", "a program runs with its arguments, as they are", .seeds = 3) {
  EXPECT_EQ(output_of({.arguments = {"printf", "%s|%s|", "a b", "$HOME \"'"}}), "a b|$HOME \"'|");
  EXPECT_EQ(output_of({.arguments = {"/bin/echo", "-n", ""}}), "");
  expect_no_children();
}

WEFT_TEST_WITH("PS1.4", "what one child writes, another reads", .seeds = 3) {
  io::command first = shell("sleep 0.05; echo hello");
  first.output = stdio::pipe();
  auto writes = io::start(first);
  ASSERT_TRUE(writes) << writes.error();
  io::command second{.arguments = {"cat"}};
  second.input = stdio::to(writes->output());
  EXPECT_EQ(output_of(second), "hello\n");
  EXPECT_TRUE(writes->wait()->success());
}

WEFT_TEST_WITH("PS1.2", "the error of a start is the call's own, and names the program", .seeds = 3) {
  if (under_emulator) return;  // qemu-user makes the child a copy of us, which cannot say why exec has failed
  const io::command none{.arguments = {"no-such-program-here"}};
  const auto p = io::start(none);
  EXPECT_EQ(p.error(), std::errc::no_such_file_or_directory);
  EXPECT_EQ(none.explain(p.error()), "cannot start \"no-such-program-here\": No such file or directory");
  EXPECT_EQ(io::start({.arguments = {"/etc/passwd"}}).error(), std::errc::permission_denied);
  EXPECT_EQ(io::start({.arguments = {"true"}, .directory = "/no/such/directory"}).error(),
            std::errc::no_such_file_or_directory);
  EXPECT_EQ(io::start({}).error(), std::errc::invalid_argument);
  EXPECT_EQ(io::start({.arguments = {"true", std::string("a\0b", 3)}}).error(), std::errc::invalid_argument);
  expect_no_children();
}

WEFT_TEST_WITH("PS1.3", "the environment and the directory are ours, or what the command says", .seeds = 3) {
  ASSERT_EQ(setenv("WEFT_TEST_VARIABLE", "ours", 1), 0);
  EXPECT_EQ(output_of(shell("printf %s \"$WEFT_TEST_VARIABLE\"")), "ours");
  io::command other = shell("printf %s \"$WEFT_TEST_VARIABLE$X\"");
  other.environment = {"X=theirs"};
  EXPECT_EQ(output_of(other), "theirs");
  unsetenv("WEFT_TEST_VARIABLE");
  io::command elsewhere = shell("pwd");
  elsewhere.directory = "/usr";
  EXPECT_EQ(output_of(elsewhere), "/usr\n");
}

WEFT_TEST_WITH("PS1.4", "a child reads what we write and writes what we read", .seeds = 3) {
  auto p = io::start({.arguments = {"cat"}, .input = stdio::pipe(), .output = stdio::pipe()});
  ASSERT_TRUE(p);
  const std::string big(500'000, 'x');
  task<void> writing = spawn([&] {
    EXPECT_EQ(*io::write(p->input(), big), big.size());
    EXPECT_TRUE(p->input().close());
  });
  EXPECT_EQ(io::read_all(p->output())->size(), big.size());
  EXPECT_TRUE(p->wait()->success());
  writing.join();
  EXPECT_FALSE(p->error().is_open());
}

WEFT_TEST_WITH("PS1.4", "the three streams are apart, and one that is null reads nothing and drops all", .seeds = 3) {
  io::command what = shell("cat; echo out; echo err >&2; echo more >&2");
  what.input = stdio::null();
  what.output = stdio::pipe();
  what.error = stdio::pipe();
  auto p = io::start(what);
  ASSERT_TRUE(p);
  EXPECT_EQ(*io::read_all(p->output()), "out\n");
  EXPECT_EQ(*io::read_all(p->error()), "err\nmore\n");
  EXPECT_TRUE(p->wait()->success());
  what.output = stdio::null();
  what.error = stdio::null();
  EXPECT_TRUE(io::start(what)->wait()->success());
}

WEFT_TEST_WITH("PS1.4", "files may be a child's streams, two of them the same", .seeds = 3) {
  const scratch dir;
  EXPECT_TRUE(io::write_file(dir / "in", "from a file\n"));
  auto in = io::open(dir / "in");
  auto out = io::open(dir / "out", io::open_mode::append | io::open_mode::create);
  io::command what = shell("cat; echo err >&2");
  what.input = stdio::to(*in);
  what.output = stdio::to(*out);
  what.error = stdio::to(*out);
  EXPECT_TRUE(io::start(what)->wait()->success());
  EXPECT_EQ(*io::read_file(dir / "out"), "from a file\nerr\n");
  EXPECT_TRUE(out->close());
  EXPECT_EQ(io::start(what).error(), weft::errc::closed);
}

WEFT_TEST_WITH("PS1.5", "a child has no descriptor of ours but its three, and usual signals", .seeds = 3) {
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int leaky = fcntl(null, F_DUPFD, 200);  // not closed on exec
  close(null);
  const std::string looks = "test -e /proc/$$/fd/" + std::to_string(leaky);
  EXPECT_EQ(weft::blocking([&] { return std::system((looks + " || exit 1").c_str()); }), 0);
  EXPECT_EQ(output_of(shell(looks + " || echo no")), "no\n");
  EXPECT_EQ(output_of(shell("cat /proc/$$/status | grep SigBlk")), "SigBlk:\t0000000000000000\n");
  close(leaky);
  EXPECT_EQ(output_of(shell("yes | head -1; echo done")), "y\ndone\n");
}

}  // namespace
