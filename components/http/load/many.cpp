// SPDX-License-Identifier: Apache-2.0
//
// Many connections at once: a server in a process of its own, and clients that keep their connections.
//
//   http_many [CONNECTIONS [MOST_MEGABYTES]]        10000 and 400, if nothing is said
//
// Each connection gets an answer, stays idle while all others come, and gets another one. Then a thousand clients
// crawl: they send a byte of a header now and then; meanwhile others must be served quickly. Printed are the server's
// memory while all connections are there (VmRSS) and how long requests took. Status 1 if an answer is missing, or the
// memory is above the limit.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

#include "weft/http.hpp"
#include "weft/weft.hpp"

namespace {

using namespace std::chrono_literals;

int serve_for_ever(int port_pipe) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  return weft::run([&] {
    auto listener = weft::net::listen_tcp("127.0.0.1:0");
    if (!listener) return 1;
    const int port = listener->local().port();
    if (write(port_pipe, &port, sizeof port) != sizeof port) return 1;
    weft::http::server_options options;
    options.idle_timeout = options.header_timeout = std::chrono::nanoseconds::max();
    const auto ctx = weft::background();
    return weft::http::serve(
               ctx, *listener, [](auto&, weft::http::response& answer) { answer.send("hello"); }, options)
               ? 0
               : 1;
  });
}

double megabytes_of(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  }
  return 0;
}

bool ask(weft::net::tcp_connection& connection) {
  if (!weft::io::write(connection, "GET / HTTP/1.1\r\nHost: here\r\n\r\n")) return false;
  std::string answer(4096, '\0');
  std::size_t have = 0;
  while (std::string_view(answer).substr(0, have).find("hello") == std::string::npos) {
    const auto got = connection.read(std::as_writable_bytes(std::span(answer)).subspan(have));
    if (!got || *got == 0) return false;
    have += *got;
  }
  return true;
}

class clients {
 public:
  clients(std::uint16_t port, int count)
      : to_(weft::net::address::loopback(), port), all_(static_cast<std::size_t>(count)) {}

  /// How many were answered.
  std::size_t connect_and_ask() {
    return count([this](weft::net::tcp_connection& each) {
      auto made = weft::net::connect_tcp(to_);
      if (!made) return false;
      each = std::move(*made);
      return ask(each);
    });
  }
  std::size_t ask_again() {
    return count([](weft::net::tcp_connection& each) { return ask(each); });
  }

  /// Clients that never end their header; returns how long a request took beside them, in ms, the slowest of 200.
  double beside_crawlers(std::vector<weft::net::tcp_connection>& crawlers) {
    double slowest = 0;
    for (int i = 0; i < 200; ++i) {
      for (std::size_t k = static_cast<std::size_t>(i) % 10; k < crawlers.size(); k += 10) {
        static_cast<void>(weft::io::write(crawlers[k], "x"));
      }
      const auto start = weft::clock::now();
      if (!ask(all_[static_cast<std::size_t>(i) % all_.size()])) return -1;
      slowest = std::max(slowest, std::chrono::duration<double, std::milli>(weft::clock::now() - start).count());
    }
    return slowest;
  }

  std::vector<weft::net::tcp_connection> crawlers(std::size_t n) {
    std::vector<weft::net::tcp_connection> made;
    while (made.size() < n) {
      auto next = weft::net::connect_tcp(to_);
      if (!next || !weft::io::write(*next, "GET / HTTP/1.1\r\nX")) break;
      made.push_back(std::move(*next));
    }
    return made;
  }

 private:
  template <class F>
  std::size_t count(F f) {
    std::size_t good = 0;
    weft::mutex counting;
    weft::semaphore at_once(256);
    weft::wait_group done;
    for (auto& each : all_) {
      at_once.acquire();
      done.go([&] {
        const bool answered = f(each);
        at_once.release();
        const std::scoped_lock lock(counting);
        good += answered ? 1 : 0;
      });
    }
    done.wait();
    return good;
  }

  weft::net::endpoint to_;
  std::vector<weft::net::tcp_connection> all_;
};

int measure(pid_t server, std::uint16_t port, int count, double most) {
  clients all(port, count);
  const double before = megabytes_of(server);
  const auto start = weft::clock::now();
  const std::size_t first = all.connect_and_ask();
  const double seconds = std::chrono::duration<double>(weft::clock::now() - start).count();
  const double idle = megabytes_of(server);
  const std::size_t second = all.ask_again();
  auto crawlers = all.crawlers(1000);
  const double slowest = all.beside_crawlers(crawlers);
  const double last = megabytes_of(server);
  std::printf(
      "%d connections, answered %zu in %.1f s, then %zu; the server has %.1f MB (%.1f before the first, %.1f at the "
      "end); beside %zu crawlers the slowest of 200 requests took %.1f ms\n",
      count, first, seconds, second, idle, before, last, crawlers.size(), slowest);
  const auto wanted = static_cast<std::size_t>(count);
  return first == wanted && second == wanted && crawlers.size() == 1000 && slowest >= 0 && last < most ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 10'000;
  const double most = argc > 2 ? std::atof(argv[2]) : 400;
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_cur < static_cast<rlim_t>(count) + 1200) {
    std::printf("left out: a process may open %llu descriptors only\n",
                static_cast<unsigned long long>(files.rlim_cur));
    return 77;
  }
  int ends[2];
  if (pipe(ends) != 0) return 1;
  const pid_t server = fork();
  if (server == 0) return serve_for_ever(ends[1]);
  int port = 0;
  if (server < 0 || read(ends[0], &port, sizeof port) != sizeof port) return 1;
  const int status = weft::run([&] { return measure(server, static_cast<std::uint16_t>(port), count, most); });
  kill(server, SIGKILL);
  waitpid(server, nullptr, 0);
  return status;
}
