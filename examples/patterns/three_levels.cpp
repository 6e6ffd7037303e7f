// SPDX-License-Identifier: Apache-2.0
//
// Cancellation of a parent, through three levels: a server, its requests, their queries. One request is cancelled alone
// and takes its queries with it; the server's end takes the rest. Every query can say why it was ended, though nobody
// told it directly.
//
// sentence: cancelling a context cancels everything below it, with the cause, and nothing beside it
// engines: both
// expect-exit: 0
// expect-output-exact:
//   client hung up: 2 queries
//   server shuts down: 4 queries
#include <weft/weft.hpp>

#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>

/// Collects why queries have ended.
class ledger {
 public:
  void note(const weft::failure& why) {
    const std::scoped_lock hold(guard_);
    ++ended_[why.message()];
  }
  void print() {
    const std::scoped_lock hold(guard_);
    for (const auto& [why, count] : ended_) std::printf("%s: %d queries\n", why.c_str(), count);
  }

 private:
  weft::mutex guard_;
  std::map<std::string, int> ended_;
};

void query(const weft::context& ctx, ledger& ended) {
  const weft::chan<int> rows;  // a database that does not answer
  if (!rows.recv(ctx)) ended.note(ctx.cause());
}

void request(const weft::context& ctx, ledger& ended) {
  weft::group queries(ctx);
  for (int i = 0; i < 2; ++i) queries.go([&] { query(queries.context(), ended); });
  queries.wait().value();
}

int main() {
  return weft::run([] {
    ledger ended;
    const auto server = weft::with_cancel(weft::background());
    {
      weft::group requests(server);
      const auto first = weft::with_cancel(requests.context());
      requests.go([&] { request(first, ended); });
      for (int i = 0; i < 2; ++i) requests.go([&] { request(requests.context(), ended); });

      first.cancel(weft::failure::of(std::runtime_error("client hung up")));
      server.cancel(weft::failure::of(std::runtime_error("server shuts down")));
      requests.wait().value();  // before `first` goes out of scope
    }
    ended.print();
  });
}
