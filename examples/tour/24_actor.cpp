// SPDX-License-Identifier: Apache-2.0
//
// The second model, actors: each owns its state and shares it with nobody; others send asynchronous messages, which
// wait in its mailbox until it processes them. An actor is a goroutine whose mailbox is a buffered channel and whose
// state is a local variable, so no two goroutines can race for it. Ten tellers pay into one account and then ask for
// its balance.
//
// sentence: an actor alone touches its state, others send messages to its mailbox
// engines: both
// expect-exit: 0
// expect-output-exact:
//   balance: 1000
#include <weft/weft.hpp>

#include <cstdio>
#include <variant>

struct deposit {
  int amount;
};
struct ask_balance {
  weft::sender<int> answer;
};
using message = std::variant<deposit, ask_balance>;

/// The actor. It ends when its mailbox is closed and empty.
void account(weft::receiver<message> mailbox) {
  int balance = 0;
  for (message letter : mailbox) {
    if (auto* paid = std::get_if<deposit>(&letter)) balance += paid->amount;
    if (auto* asked = std::get_if<ask_balance>(&letter)) asked->answer.send(balance);
  }
}

int main() {
  return weft::run([] {
    weft::chan<message> mailbox(64);
    weft::go([=] { account(mailbox); });

    weft::wait_group tellers;
    for (int teller = 0; teller < 10; ++teller) {
      tellers.go([=] {
        for (int i = 0; i < 100; ++i) mailbox.send(deposit{1});
      });
    }
    tellers.wait();

    weft::chan<int> answer;
    mailbox.send(ask_balance{answer});
    std::printf("balance: %d\n", answer.recv().value());
    mailbox.close();
  });
}
