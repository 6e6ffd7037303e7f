// SPDX-License-Identifier: Apache-2.0
//
// Cancellation, third cause: the parent was cancelled. A request asks three services, and each of them two databases. A
// child gets a done channel of its own, which is closed when its parent's is; a service may so be cancelled alone, and
// cancelling the request reaches everybody below it.
//
// sentence: cancelling a parent cancels its children and theirs
// engines: both
// expect-exit: 0
// expect-output-exact:
//   one service cancelled: 2 databases have stopped
//   the request cancelled: 6 databases have stopped
#include <weft/weft.hpp>

#include <cstdio>

using done_channel = weft::chan<weft::unit>;

/// A child: `cancel` ends it alone, the parent's end ends it, too, and `done` is closed in both cases.
struct scope {
  explicit scope(weft::receiver<weft::unit> parent) {
    weft::go([parent, cancel = cancel, done = done] {
      weft::select(weft::on_recv(parent), weft::on_recv(cancel));
      done.close();
    });
  }
  done_channel cancel, done;
};

void database(weft::receiver<weft::unit> done, weft::sender<weft::unit> stopped) {
  done.recv();  // a real one would select between this and its work
  stopped.send({});
}

scope service(weft::receiver<weft::unit> request, weft::sender<weft::unit> stopped) {
  scope own(request);
  for (int i = 0; i < 2; ++i) {
    weft::go([=] { database(scope(own.done).done, stopped); });
  }
  return own;
}

int main() {
  return weft::run([] {
    done_channel program, stopped;
    scope request(program);
    scope first = service(request.done, stopped);
    service(request.done, stopped);
    service(request.done, stopped);

    int count = 0;
    first.cancel.close();
    for (; count < 2; ++count) stopped.recv();
    std::printf("one service cancelled: %d databases have stopped\n", count);

    request.cancel.close();
    for (; count < 6; ++count) stopped.recv();
    std::printf("the request cancelled: %d databases have stopped\n", count);
  });
}
