// SPDX-License-Identifier: Apache-2.0
//
// The third model, and Go's: communicating sequential processes. Here a message is sent synchronously. If the other
// side is not there yet, whoever came first is set aside, others run, and the two meet at the channel. So an unbuffered
// channel does not only carry a value: after send returns, the sender knows that it has been received.
//
// sentence: sender and receiver meet at an unbuffered channel
// engines: both
// expect-exit: 0
// expect-output-exact:
//   nobody receives yet: the message cannot be sent
//   others run while the sender is set aside
//   received: hello
//   sent
#include <weft/weft.hpp>

#include <cstdio>
#include <string>

int main() {
  return weft::run(
      [] {
        weft::chan<std::string> channel;
        if (!channel.try_send("hello")) std::puts("nobody receives yet: the message cannot be sent");

        weft::chan<weft::unit> said;
        auto sender = weft::spawn([=] {
          channel.send("hello");
          said.recv();
          std::puts("sent");
        });
        auto other = weft::spawn([] { std::puts("others run while the sender is set aside"); });
        other.join();

        std::printf("received: %s\n", channel.recv()->c_str());
        said.close();
        sender.join();
      },
      {.workers = 1});
}
