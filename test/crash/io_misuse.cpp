// SPDX-License-Identifier: Apache-2.0
//
// sentence: every misuse of pipes, files and processes ends the program by name
// guarantee: I6.7 FS1 PS1.1
// engines: both
// expect-exit: 0
// seconds: 60
#include <array>
#include <span>
#include <utility>

#include "deaths.hpp"

namespace {

namespace io = weft::io;

constexpr const char* moved_end = "panic: weft: use of a pipe's end that was moved away";
constexpr const char* moved_process = "panic: weft: use of a process that was moved away";
constexpr const char* deadlock = "fatal error: all goroutines are asleep - deadlock!";

const deaths::row rows[] = {
    {"read from a pipe's end that was moved away", moved_end,
     [] {
       auto p = io::make_pipe();
       const io::pipe_reader other = std::move(p.reader);
       static_cast<void>(io::read_all(p.reader));
     }},
    {"write to a pipe's end that was moved away", moved_end,
     [] {
       auto p = io::make_pipe();
       const io::pipe_writer other = std::move(p.writer);
       static_cast<void>(io::write(p.writer, "x"));
     }},
    {"close of a pipe's end that was moved away", moved_end,
     [] {
       auto p = io::make_pipe();
       const io::pipe_writer other = std::move(p.writer);
       p.writer.close();
     }},
    {"read of a pipe that nobody writes to", deadlock,
     [] {
       auto p = io::make_pipe();
       static_cast<void>(io::read_all(p.reader));
     },
     "[select"},
    {"write to a pipe that nobody reads", deadlock,
     [] {
       auto p = io::make_pipe();
       static_cast<void>(io::write(p.writer, "x"));
     },
     "[select"},
    {"adoption of no descriptor", "panic: weft: adopt: -1 is no descriptor",
     [] { static_cast<void>(io::file::adopt(-1)); }},
    {"wait for a process that was moved away", moved_process,
     [] {
       auto p = io::start({.arguments = {"true"}});
       io::process other = *std::move(p);
       static_cast<void>(other.wait());
       static_cast<void>(p->wait());
     }},
};

}  // namespace

int main() { return deaths::check(rows); }
