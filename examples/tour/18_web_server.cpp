// SPDX-License-Identifier: Apache-2.0
//
// The web server idea of three of the documents: users connect and open a session, so start a goroutine for each
// connection, serve the request there and return. No pool, no limit to tune. A thousand requests, each of which needs a
// slow database, are in flight together. (Sockets come later; here a connection is a channel, which is all that the
// shape of the program depends on.)
//
// sentence: a server starts a goroutine for each of a thousand requests
// engines: both
// expect-exit: 0
// expect-stdout: ^1000 requests answered in [0-9]+ ms, each of them took at least 5 ms$
// expect-stdout: ^wrong answers: 0$
#include <weft/weft.hpp>

#include <chrono>
#include <cstdio>
#include <string>

using namespace std::chrono_literals;

struct connection {
  int user = 0;
  weft::sender<std::string> response = nullptr;
};

void serve(const connection& client) {
  weft::sleep_for(5ms);  // ask the database
  client.response.send("hello, user " + std::to_string(client.user));
}

void listen(weft::receiver<connection> port) {
  for (connection client : port) {
    weft::go([client] { serve(client); });
  }
}

int main() {
  return weft::run([] {
    constexpr int users = 1000;
    weft::chan<connection> port;
    weft::go([=] { listen(port); });

    auto start = weft::clock::now();
    weft::chan<bool> answered;
    for (int user = 0; user < users; ++user) {
      weft::go([=] {
        weft::chan<std::string> response;
        port.send({user, response});
        answered.send(response.recv() == "hello, user " + std::to_string(user));
      });
    }
    int wrong = 0;
    for (int user = 0; user < users; ++user) wrong += !answered.recv().value();

    auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(weft::clock::now() - start);
    std::printf("%d requests answered in %d ms, each of them took at least 5 ms\n", users,
                static_cast<int>(taken.count()));
    std::printf("wrong answers: %d\n", wrong);
  });
}
