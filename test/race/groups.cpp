// SPDX-License-Identifier: Apache-2.0
//
// The beginnings and ends of goroutines, and what waits for them; once, pools and calls that are shared.
#include <memory>

#include "harness.hpp"
#include "race/race.hpp"
#include "weft/chan.hpp"
#include "weft/go.hpp"
#include "weft/group.hpp"
#include "weft/once.hpp"
#include "weft/once_value.hpp"
#include "weft/pool.hpp"
#include "weft/runtime.hpp"
#include "weft/singleflight.hpp"
#include "weft/task.hpp"
#include "weft/unit.hpp"
#include "weft/wait_group.hpp"

namespace weft::race {
namespace {

using namespace std::chrono_literals;

const pair starts_and_ends[] = {
    {"what the starter does before go, and after",
     [](scene& s) {
       if (s.ordered()) s.touch();
       go([&s] {
         s.touch();
         s.end();
       });
       if (!s.ordered()) s.touch();
       s.await();
     }},
    {"what the starter does before spawn, and after",
     [](scene& s) {
       if (s.ordered()) s.touch();
       task<void> t = spawn([&s] { s.touch(); });
       if (!s.ordered()) s.touch();
       t.join();
     }},
    {"the end of a task before join",
     [](scene& s) {
       task<void> t = spawn([&s] { s.touch(); });
       if (s.ordered()) t.join();
       s.touch();
     }},
    {"the end of a task before its destruction",
     [](scene& s) {
       {
         const task<void> t = spawn([&s] { s.touch(); });
         if (!s.ordered()) s.touch();
       }
       s.touch();
     }},
    {"the end of a task before a join_for that succeeds, and nothing before one that gives up",
     [](scene& s) {
       task<void> t = spawn([&s] {
         s.touch();
         s.end();
         s.await(2);
       });
       s.await();
       if (s.ordered()) s.end();
       static_cast<void>(t.join_for(s.ordered() ? std::chrono::nanoseconds(1h) : 1ns));
       s.touch();
       if (!s.ordered()) s.end();
     }},
    {"two goroutines that one starts, one after the other or both at once",
     [](scene& s) {
       task<void> one = spawn([&s] { s.touch(); });
       if (s.ordered()) one.join();
       const task<void> two = spawn([&s] { s.touch(); });
     }},
    {"a goroutine's end that only its number tells",
     [](scene& s) {
       chan<unit> c(1);
       go([&s, c] {
         s.touch();
         if (s.ordered()) c.send({});
         s.end();
       });
       s.await();
       while (num_goroutine() != 1) yield();
       if (s.ordered()) c.recv();
       s.touch();
     }},
    {"a goroutine that yields all the time",
     [](scene& s) {
       chan<unit> c(1);
       go([&s, c] {
         for (int i = 0; i < 50; ++i) yield();
         s.before();
         if (s.ordered()) c.send({});
         s.after();
       });
       for (int i = 0; i < 50; ++i) yield();
       s.await();
       if (s.ordered()) c.recv();
       s.touch();
     }},
    {"one goroutine goes on wherever it is, two are not one",
     [](scene& s) {
       const auto steps = [&s] {
         for (int i = 0; i < 100; ++i) {
           s.touch();
           yield();
         }
       };
       task<void> other = spawn([&] { s.ordered() ? void() : steps(); });
       task<void> one = spawn(steps);
     }},
};

WEFT_PLAIN_TEST("RC1.4", "races around starts and ends of goroutines are reported, and what these order is not") {
  expect_told_apart(starts_and_ends);
}

const pair wait_groups_and_groups[] = {
    {"done before wait",
     [](scene& s) {
       const auto all = std::make_shared<wait_group>();
       all->add(1);
       go([&s, all] {
         s.before();
         all->done();
         s.after();
       });
       all->wait();
       s.touch();
       s.await();
     }},
    {"one of several is done before wait",
     [](scene& s) {
       const auto all = std::make_shared<wait_group>();
       for (int i = 0; i < 3; ++i) {
         all->add(1);
         go([&s, all, i] {
           if (i == 1) s.before();
           all->done();
           if (i == 1) s.after();
         });
       }
       all->wait();
       s.touch();
       s.await();
     }},
    {"the end of a goroutine of the wait_group before wait",
     [](scene& s) {
       wait_group all;
       all.go([&s] {
         if (s.ordered()) s.touch();
       });
       if (!s.ordered()) {
         go([&s] {
           s.touch();
           s.end();
         });
         s.await();
       }
       all.wait();
       s.touch();
     }},
    {"done before a wait_for that succeeds",
     [](scene& s) {
       const auto all = std::make_shared<wait_group>();
       all->add(1);
       go([&s, all] {
         s.before();
         all->done();
         s.after();
       });
       static_cast<void>(all->wait_for(1h));
       s.touch();
       s.await();
     }},
    {"the end of a goroutine of a group before wait",
     [](scene& s) {
       group g;
       g.go([&s] { s.touch(); });
       if (!s.ordered()) s.touch();
       static_cast<void>(g.wait());
       s.touch();
     }},
    {"a group of at most one goroutine at a time, or of two",
     [](scene& s) {
       group g;
       g.limit(s.ordered() ? 1 : 2);
       for (int i = 0; i < 2; ++i) {
         g.go([&s] {
           s.touch();
           s.end();
         });
       }
       static_cast<void>(g.wait());
     }},
    {"a failure before what its context tells",
     [](scene& s) {
       group g;
       g.go([&s] {
         s.touch();
         s.end();
         if (!s.ordered()) s.await(2);
         return result<void>(std::make_error_code(std::errc::io_error));
       });
       s.await();
       if (s.ordered()) g.context().done().recv();
       s.touch();
       s.end();
       static_cast<void>(g.wait());
     }},
};

WEFT_PLAIN_TEST("RC1.4", "races around wait_groups and groups are reported, and what they order is not") {
  expect_told_apart(wait_groups_and_groups);
}

const pair shared_calls[] = {
    {"a function that is called once, or once by each",
     [](scene& s) {
       const auto one = std::make_shared<once>();
       const auto two = s.ordered() ? one : std::make_shared<once>();
       go([&s, one] {
         one->call([&s] { s.touch(); });
         s.end();
       });
       s.await();
       two->call([] {});
       s.touch();
     }},
    {"who asks a once_value, or does not",
     [](scene& s) {
       const auto f = [&s] {
         s.touch();
         return 1;
       };
       const auto value = std::make_shared<once_value<decltype(f)>>(f);
       go([&s, value] {
         static_cast<void>((*value)());
         s.end();
       });
       s.await();
       if (s.ordered()) static_cast<void>((*value)());
       s.touch();
     }},
    {"who waits for a once_func that runs",
     [](scene& s) {
       const auto f = [&s] {
         s.end();
         for (int i = 0; i < 10; ++i) yield();
         s.touch();
       };
       const auto only = std::make_shared<once_func<decltype(f)>>(f);
       go([&s, only] {
         (*only)();
         s.end();
       });
       s.await();
       if (s.ordered()) (*only)();
       s.touch();
       s.await(2);
     }},
    {"an object that a pool hands on, or is used after it was put back",
     [](scene& s) {
       pool<int> objects;
       const task<void> t = spawn([&] {
         auto one = objects.get();
         auto two = objects.get();
         s.before();
         objects.put(std::move(one));  // at hand on this worker
         objects.put(std::move(two));  // for all
         s.after();
       });
       s.await();
       const auto used = objects.get();
       s.touch();
     }},
    {"a call that is shared",
     [](scene& s) {
       const auto calls = std::make_shared<singleflight<int, int>>();
       go([&s, calls] {
         static_cast<void>(calls->do_(1, [&s] {
           s.end();
           s.await(2);
           s.touch();
           return 1;
         }));
         s.end();
       });
       s.await();
       task<void> release = spawn([&s] { s.end(); });
       static_cast<void>(calls->do_(s.ordered() ? 1 : 2, [] { return 2; }));
       s.touch();
       s.await(3);
     }},
};

WEFT_PLAIN_TEST("RC1.4", "races around once, pools and shared calls are reported, and what these order is not") {
  expect_told_apart(shared_calls);
}

}  // namespace
}  // namespace weft::race
