// SPDX-License-Identifier: Apache-2.0
//
// What a soak does beside talking to its servers: names, timers, contexts, files, children. Each returns whether it
// went as it must.
#pragma once

#include <atomic>
#include <chrono>
#include <string>

#include "weft/weft.hpp"

namespace soak {

using namespace std::chrono_literals;

/// Looked up by many at once, some of whom give up.
inline bool look_up_names() {
  weft::task<bool> gives_up = weft::spawn([] {
    auto ctx = weft::with_timeout(weft::background(), 100us);
    const auto found = weft::net::resolve(ctx, "localhost", "80");
    return found || found.error() == weft::errc::timed_out;
  });
  const bool found = weft::net::resolve(weft::detail::within(20s), "localhost", "80").has_value();
  const bool none = !weft::net::resolve(weft::detail::within(20s), "no such host", "80");
  return gives_up.join() && found && none;
}

/// Timers that fire, that are stopped, and that nobody waits for.
inline bool run_timers() {
  weft::ticker every(1ms);
  static_cast<void>(every.channel().recv());
  static_cast<void>(weft::after(1h));
  weft::timer late(1h);
  bool good = late.stop();
  const auto ctx = weft::with_timeout(weft::background(), 2ms);
  good = good && !ctx.done().recv() && ctx.err() == weft::errc::timed_out;
  std::size_t which = weft::select(weft::on_recv(weft::after(1ms)), weft::on_recv(ctx.done()));
  return good && which <= 1;
}

/// A directory that fills, is listed, and goes.
inline bool move_files(const std::string& directory) {
  namespace io = weft::io;
  if (!io::make_directory(directory)) return false;
  bool good = true;
  for (int i = 0; i < 5; ++i) good = good && io::write_file(directory + "/" + std::to_string(i), "text");
  good = good && io::rename(directory + "/0", directory + "/1");
  const auto all = io::list_directory(directory);
  good = good && all && all->size() == 4;
  if (auto opened = io::open(directory + "/1", io::open_mode::read_write)) {
    good = good && opened->sync() && opened->truncate(0) && opened->status()->size == 0;
  } else {
    good = false;
  }
  for (int i = 0; i < 5; ++i) good = io::remove(directory + "/" + std::to_string(i)).has_value() == (i != 0) && good;
  return io::remove(directory) && good && !io::status(directory);
}

/// A child that is talked to.
inline bool talk_to_child() {
  auto child =
      weft::io::start({.arguments = {"cat"}, .input = weft::io::stdio::pipe(), .output = weft::io::stdio::pipe()});
  if (!child || !weft::io::write(child->input(), "said") || !child->input().close()) return false;
  const auto heard = weft::io::read_all(child->output());
  const auto end = child->wait();
  return heard && *heard == "said" && end && end->success();
}

/// A child that does not end by itself: killed by its context, by its owner, or by being forgotten.
inline bool kill_child(unsigned how) {
  auto ctx = weft::with_cancel(weft::background());
  auto child = weft::io::start(ctx, {.arguments = {"sleep", "1000"}});
  if (!child) return false;
  if (how % 3 == 0) ctx.cancel();
  if (how % 3 == 1) static_cast<void>(child->kill());
  return how % 3 == 2 || child->wait()->signal().has_value();
}

/// No program of that name.
inline bool start_nothing() {
  return weft::io::start({.arguments = {"no-such-program"}, .output = weft::io::stdio::pipe()}).error() ==
         std::errc::no_such_file_or_directory;
}

}  // namespace soak
