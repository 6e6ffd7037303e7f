// SPDX-License-Identifier: Apache-2.0
//
// select and selector: the case that happens orders what its channel orders, and no other case orders anything.
#include "harness.hpp"
#include "race/race.hpp"
#include "weft/chan.hpp"
#include "weft/go.hpp"
#include "weft/select.hpp"
#include "weft/selector.hpp"
#include "weft/time.hpp"
#include "weft/unit.hpp"

namespace weft::race {
namespace {

using namespace std::chrono_literals;

void send_to(scene& s, const sender<unit>& c) {
  go([&s, c] {
    s.before();
    c.send({});
    s.after();
  });
}

void receive_from(scene& s, const receiver<unit>& c) {
  go([&s, c] {
    s.before();
    c.recv();
    s.after();
  });
}

const pair selects[] = {
    {"a case that receives",
     [](scene& s) {
       chan<unit> c, other;
       send_to(s, c);
       select(on_recv(other), on_recv(c));
       s.touch();
       s.await();
     }},
    {"a case that sends",
     [](scene& s) {
       chan<unit> c, other;
       receive_from(s, c);
       select(on_send(c, unit{}), on_send(other, unit{}));
       s.touch();
       s.await();
     }},
    {"two selects that meet",
     [](scene& s) {
       chan<unit> c, other;
       go([&s, c, other] {
         s.before();
         select(on_recv(other), on_send(c, unit{}));
         s.after();
       });
       select(on_recv(c), on_send(other, unit{}));
       s.touch();
       s.await();
     }},
    {"a case of a closed channel",
     [](scene& s) {
       chan<unit> c, other;
       go([&s, c] {
         s.before();
         c.close();
         s.after();
       });
       select(on_recv(other), on_recv(c));
       s.touch();
       s.await();
     }},
    {"a case beside a time-out that does not come",
     [](scene& s) {
       chan<unit> c;
       send_to(s, c);
       select(on_recv(c), on_recv(after(1h)));
       s.touch();
       s.await();
     }},
    {"otherwise orders nothing",
     [](scene& s) {
       chan<unit> c(1);
       go([&s, c] {
         s.touch();
         s.end();
         c.send({});
       });
       s.await();
       if (s.ordered()) {
         select(on_recv(c));
       } else {
         chan<unit> nothing;
         select(on_recv(nothing), otherwise());
       }
       s.touch();
     }},
    {"a case that did not happen orders nothing",
     [](scene& s) {
       chan<unit> c(1), other(1);
       if (!s.ordered()) other.send({});
       go([&s, c] {
         s.touch();
         s.await();
         c.send({});
         s.end();
       });
       if (!s.ordered()) select(on_recv(c), on_recv(other));
       s.end();
       if (s.ordered()) select(on_recv(c), on_recv(other));
       s.touch();
       s.await(2);
     }},
    {"a selector that receives",
     [](scene& s) {
       chan<unit> c, other;
       send_to(s, c);
       selector cases;
       cases.on_recv(c);
       cases.on_recv(other);
       cases.wait();
       s.touch();
       s.await();
     }},
    {"a selector that sends",
     [](scene& s) {
       chan<unit> c, other;
       receive_from(s, c);
       selector cases;
       cases.on_send(other, unit{});
       cases.on_send(c, unit{});
       cases.wait();
       s.touch();
       s.await();
     }},
};

WEFT_PLAIN_TEST("RC1.2", "races around selects are reported, and what the case that happens orders is not") {
  expect_told_apart(selects);
}

}  // namespace
}  // namespace weft::race
