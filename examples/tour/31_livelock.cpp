// SPDX-License-Identifier: Apache-2.0
//
// The livelock of the document: two in a hallway, India and Australia, toss a coin for who may pass. Each tries heads
// and succeeds only if it is alone there; both do, both step back, both try tails, and so on for ever, busy all the
// time. As in the document five attempts end it. They walk in step because they meet on a channel before each step.
//
// Each side has a place for each of them, with a lock, and is free if the other's place can be locked; so weft sees
// what they try. It says so if the environment asks for it: after five attempts (`livelocktries=5`), however soon they
// are over (`livelockafter=0`). Usually it takes 64 tries in a second:
//
//     WEFT_DIAG=livelock,livelocktries=5,livelockafter=0 ./31_livelock
//
// sentence: two polite walkers are busy for ever and get nowhere
// engines: both
// env: WEFT_DIAG=livelock,livelocktries=5,livelockafter=0
// expect-exit: 0
// expect-output-exact:
//   India is trying to call a toss: heads tails heads tails heads tails heads tails heads tails
//   India got a chance, for nothing
//   Australia is trying to call a toss: heads tails heads tails heads tails heads tails heads tails
//   Australia got a chance, for nothing
// expect-stderr: ^weft: livelock: 2 goroutines have kept each other from what they want for 5 tries: goroutine [0-9]+ \{(India|Australia)\} tried 5 times to lock mutex 0x[0-9a-f]+, which goroutine [0-9]+ held, goroutine [0-9]+ \{(India|Australia)\} tried 5 times to lock mutex 0x[0-9a-f]+, which goroutine [0-9]+ held, and none got it$
#include <weft/weft.hpp>

#include <cstdio>
#include <mutex>
#include <string>

struct side {
  weft::mutex place[2];  // where India stands, and where Australia does
};

struct hallway {
  side heads, tails;
  weft::chan<weft::unit> step;

  /// Both walkers call this and go on together: one of them sends, the other receives.
  void take_step() const { weft::select(weft::on_send(step, {}), weft::on_recv(step)); }

  bool try_side(side& here, int me, const char* name, std::string& out) const {
    out += name;
    const std::scoped_lock stand(here.place[me]);
    take_step();
    const std::unique_lock others(here.place[1 - me], std::try_to_lock);
    if (others) return true;  // alone: the way is free
    take_step();
    return false;
  }
};

std::string toss(hallway& hall, int me, const std::string& name) {
  std::string out = name + " is trying to call a toss:";
  for (int attempt = 0; attempt < 5; ++attempt) {
    if (hall.try_side(hall.heads, me, " heads", out) || hall.try_side(hall.tails, me, " tails", out)) {
      return out + "\n" + name + " has passed";
    }
  }
  return out + "\n" + name + " got a chance, for nothing";
}

int main() {
  return weft::run([] {
    hallway hall;
    auto india = weft::spawn({.label = "India"}, [&] { return toss(hall, 0, "India"); });
    auto australia = weft::spawn({.label = "Australia"}, [&] { return toss(hall, 1, "Australia"); });
    std::puts(india.join().c_str());
    std::puts(australia.join().c_str());
  });
}
