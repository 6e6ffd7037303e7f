// SPDX-License-Identifier: Apache-2.0
//
// Cancellation, second cause: the user intervenes. A download reports its progress; the user, a goroutine here, has
// seen enough at 30 percent and presses stop, which is to close a channel. A closed channel is ready for everyone who
// receives from it, at once and for ever, so closing is how one goroutine tells any number of others.
//
// sentence: a user stops a download by closing a channel
// engines: both
// expect-exit: 0
// expect-output-exact:
//   10 percent
//   20 percent
//   30 percent
//   the user presses stop
//   the download was cancelled
#include <weft/weft.hpp>

#include <cstdio>
#include <optional>

/// True: all of it was downloaded.
bool download(weft::sender<int> progress, weft::receiver<weft::unit> stop) {
  for (int percent = 10; percent <= 100; percent += 10) {
    if (weft::select(weft::on_send(progress, percent), weft::on_recv(stop)) == 1) return false;
  }
  return true;
}

void user(weft::receiver<int> progress, weft::sender<weft::unit> stop) {
  for (int percent : progress) {
    std::printf("%d percent\n", percent);
    if (percent == 30) {
      std::puts("the user presses stop");
      stop.close();
      return;
    }
  }
}

int main() {
  return weft::run([] {
    weft::chan<int> progress;
    weft::chan<weft::unit> stop;
    weft::go([=] { user(progress, stop); });
    std::puts(download(progress, stop) ? "the download is complete" : "the download was cancelled");
  });
}
