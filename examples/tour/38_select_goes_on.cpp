// SPDX-License-Identifier: Apache-2.0
//
// Select can continue if no messages are waiting, the same document goes on: with a default case, here otherwise(), it
// looks at its channels and never blocks. A goroutine computes and looks for news between the steps of its work.
//
// sentence: a select with a default goes on when no message is waiting
// engines: both
// expect-exit: 0
// expect-output-exact:
//   no message, working
//   no message, working
//   message: stop
#include <weft/weft.hpp>

#include <cstdio>
#include <optional>
#include <string>

int main() {
  return weft::run([] {
    weft::chan<std::string> messages(1);
    bool working = true;
    for (int step = 1; working; ++step) {
      if (step == 3) messages.send("stop");
      weft::select(weft::on_recv(messages,
                                 [&](std::optional<std::string> message) {
                                   std::printf("message: %s\n", message->c_str());
                                   working = false;
                                 }),
                   weft::otherwise([] { std::puts("no message, working"); }));
    }
  });
}
