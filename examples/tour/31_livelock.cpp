// SPDX-License-Identifier: Apache-2.0
//
// The livelock of the document: two in a hallway, India and Australia, toss a coin for who may pass. Each tries heads
// and succeeds only if it is alone there; both do, both step back, both try tails, and so on for ever, busy all the
// time. As in the document five attempts end it. They walk in step because they meet on a channel before each step.
//
// sentence: two polite walkers are busy for ever and get nowhere
// engines: both
// expect-exit: 0
// expect-output-exact:
//   India is trying to call a toss: heads tails heads tails heads tails heads tails heads tails
//   India got a chance, for nothing
//   Australia is trying to call a toss: heads tails heads tails heads tails heads tails heads tails
//   Australia got a chance, for nothing
#include <weft/weft.hpp>

#include <atomic>
#include <cstdio>
#include <string>

struct hallway {
  std::atomic<int> at_heads = 0, at_tails = 0;  // how many stand there
  weft::chan<weft::unit> step;

  /// Both walkers call this and go on together: one of them sends, the other receives.
  void take_step() const { weft::select(weft::on_send(step, {}), weft::on_recv(step)); }

  bool try_side(std::atomic<int>& side, const char* name, std::string& out) const {
    out += name;
    ++side;
    take_step();
    if (side == 1) return true;  // alone: the way is free
    take_step();
    --side;
    return false;
  }
};

std::string toss(hallway& hall, const std::string& name) {
  std::string out = name + " is trying to call a toss:";
  for (int attempt = 0; attempt < 5; ++attempt) {
    if (hall.try_side(hall.at_heads, " heads", out) || hall.try_side(hall.at_tails, " tails", out)) {
      return out + "\n" + name + " has passed";
    }
  }
  return out + "\n" + name + " got a chance, for nothing";
}

int main() {
  return weft::run([] {
    hallway hall;
    auto india = weft::spawn([&] { return toss(hall, "India"); });
    auto australia = weft::spawn([&] { return toss(hall, "Australia"); });
    std::puts(india.join().c_str());
    std::puts(australia.join().c_str());
  });
}
