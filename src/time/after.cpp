// SPDX-License-Identifier: Apache-2.0
//
// The timer behind after(): an object on the heap that holds a handle to the channel, sends when it is due, and deletes
// itself. It cannot be stopped, so nobody else refers to it. The channel has room for the one value, so that the send
// never blocks whoever runs the timers.
#include "weft/time.hpp"

namespace weft::detail {

namespace {

struct shot {
  timer_entry timer;
  chan<clock::time_point> to;

  static void fire(timer_entry& due) noexcept {
    auto* self = static_cast<shot*>(due.arg);
    static_cast<void>(self->to.try_send(clock::time_point(clock::duration(due.when))));
    delete self;
  }
};

}  // namespace

receiver<clock::time_point> channel_at(nanoseconds when) {
  chan<clock::time_point> channel(1);
  if (when <= now()) {
    channel.send(clock::time_point(clock::duration(when)));
  } else if (when != never) {
    auto* pending = new shot{{}, channel};
    pending->timer.when = when;
    pending->timer.arg = pending;
    pending->timer.run = shot::fire;
    arm(pending->timer);
  }
  return channel;
}

}  // namespace weft::detail
