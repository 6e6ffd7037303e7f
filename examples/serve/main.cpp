// SPDX-License-Identifier: Apache-2.0
// needs: http
//
// serve: a server for files and JSON, on weft::http. Every connection is a goroutine.
//
//   serve [--listen HOST:PORT] [DIRECTORY]
//
//   GET    /...              the files of the directory (www/ beside this source)
//   GET    /api/notes        all notes, as JSON
//   POST   /api/notes        a new one: the body is its text
//   GET    /api/notes/{id}   one of them; DELETE takes it away
//   GET    /api/ticks        server-sent events, one a second
//   GET    /api/echo         a WebSocket that says what it is told
//
// Interrupt it (Ctrl-C) or send it SIGTERM: it finishes what it is doing, and ends with status 0. Status 1 with a
// message if it cannot listen or the directory cannot be read, 2 for a wrong command line.
#include <weft/http.hpp>
#include <weft/weft.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "notes.hpp"

namespace {

using namespace std::chrono_literals;
using weft::http::request;
using weft::http::response;

struct options {
  std::string listen = "127.0.0.1:8080";
  std::string directory = "examples/serve/www";
  bool good = true;
};

options read_options(int argc, char** argv) {
  options read;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--listen" && i + 1 < argc)
      read.listen = argv[++i];
    else if (word.starts_with("-"))
      read.good = false;
    else
      read.directory = word;
  }
  return read;
}

void send_json(response& answer, const std::string& text) { answer.send(text, "application/json"); }

void add_notes(weft::http::router& routes, serve::notes& notes) {
  routes.on("GET", "/api/notes", [&](request&, response& answer) { send_json(answer, notes.all()); });
  routes.on("POST", "/api/notes", [&](request& asked, response& answer) {
    const weft::result<std::string> text = weft::io::read_all(asked.body(), 64 * 1024);
    if (!text) return answer.fail(weft::http::status::content_too_large);
    const int id = notes.add(*text);
    answer.status(weft::http::status::created);
    answer.header().set("Location", "/api/notes/" + std::to_string(id));
    send_json(answer, *notes.one(std::to_string(id)));
  });
  routes.on("GET", "/api/notes/{id}", [&](request& asked, response& answer) {
    const auto note = notes.one(asked.parameter("id"));
    note ? send_json(answer, *note) : answer.fail(weft::http::status::not_found);
  });
  routes.on("DELETE", "/api/notes/{id}", [&](request& asked, response& answer) {
    notes.remove(asked.parameter("id")) ? answer.status(weft::http::status::no_content)
                                        : answer.fail(weft::http::status::not_found);
  });
}

void ticks(request& asked, response& answer) {
  weft::http::event_stream out(asked, answer);
  for (int i = 1; out.send({.data = std::to_string(i), .name = "tick"}); ++i) {
    if (!weft::sleep_for(out.ctx(), 1s)) return;  // the client has gone, or the server is shutting down
  }
}

void echo(request& asked, response& answer) {
  auto socket = weft::http::upgrade(asked, answer);
  if (!socket) return;
  while (auto message = socket->read()) {
    if (!*message) return;
    const std::string& data = (*message)->data;
    if (!((*message)->text ? socket->write_text(data) : socket->write_binary(weft::io::bytes_of(data)))) return;
  }
}

int serve_until_interrupted(const options& chosen) {
  auto interrupted = weft::signals::notify_context(weft::background(), {SIGINT, SIGTERM});
  serve::notes notes;
  weft::http::router routes;
  add_notes(routes, notes);
  routes.on("GET", "/api/ticks", ticks);
  routes.on("GET", "/api/echo", echo);
  routes.on("GET", "/{path...}", weft::http::files(chosen.directory));
  auto listener = weft::net::listen_tcp(chosen.listen);
  if (!listener) {
    std::fprintf(stderr, "serve: cannot listen at %s: %s\n", chosen.listen.c_str(), listener.error().message().c_str());
    return 1;
  }
  std::printf("serving %s at http://%s/ (Ctrl-C ends it)\n", chosen.directory.c_str(),
              listener->local().text().c_str());
  std::fflush(stdout);
  const weft::result<void> ended = weft::http::serve(interrupted, *listener, routes);
  std::printf("ended: %s\n", ended ? interrupted.cause().message().c_str() : ended.error().message().c_str());
  return ended ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const options chosen = read_options(argc, argv);
  if (!chosen.good) {
    std::fputs("usage: serve [--listen HOST:PORT] [DIRECTORY]\n", stderr);
    return 2;
  }
  return weft::run([&] {
    try {
      return serve_until_interrupted(chosen);
    } catch (const std::system_error& wrong) {
      std::fprintf(stderr, "serve: %s\n", wrong.what());
      return 1;
    }
  });
}
