// SPDX-License-Identifier: Apache-2.0
//
// Goroutines and threads: foreign ones, those that block, and those that a goroutine keeps.
#include <memory>
#include <mutex>
#include <thread>

#include "harness.hpp"
#include "race/race.hpp"
#include "weft/blocking.hpp"
#include "weft/chan.hpp"
#include "weft/go.hpp"
#include "weft/io/copy.hpp"
#include "weft/io/pipe.hpp"
#include "weft/mutex.hpp"
#include "weft/pin.hpp"
#include "weft/task.hpp"
#include "weft/unit.hpp"
#include "weft/wait_group.hpp"

namespace weft::race {
namespace {

const pair goroutines_and_threads[] = {
    {"a thread that sends",
     [](scene& s) {
       chan<unit> c;
       std::thread t([&s, c] {
         s.before();
         c.send({});
         s.after();
       });
       c.recv();
       s.touch();
       blocking([&] { t.join(); });
     }},
    {"a thread that receives",
     [](scene& s) {
       chan<unit> c;
       std::thread t([&s, c] {
         c.recv();
         s.touch();
         s.end();
       });
       if (s.ordered()) s.touch();
       c.send({});
       if (!s.ordered()) s.touch();
       blocking([&] { t.join(); });
     }},
    {"a thread that locks, or does not",
     [](scene& s) {
       mutex m;
       std::thread t([&] {
         if (s.ordered()) m.lock();
         s.touch();
         if (s.ordered()) m.unlock();
       });
       {
         const std::scoped_lock hold(m);
         s.touch();
       }
       blocking([&] { t.join(); });
     }},
    {"a thread that is done",
     [](scene& s) {
       wait_group all;
       all.add(1);
       std::thread t([&] {
         s.before();
         all.done();
         s.after();
       });
       all.wait();
       s.touch();
       blocking([&] { t.join(); });
     }},
    {"a goroutine that a thread starts",
     [](scene& s) {
       std::thread t([&] {
         s.before();
         go([&s] {
           s.touch();
           s.end();
         });
         s.after();
       });
       s.await(2);
       blocking([&] { t.join(); });
     }},
    {"a thread that joins a goroutine",
     [](scene& s) {
       std::thread t([&] {
         task<void> other = spawn([&s] { s.touch(); });
         if (s.ordered()) other.join();
         s.touch();
       });
       blocking([&] { t.join(); });
     }},
    {"what blocks is still its goroutine, and no other",
     [](scene& s) {
       s.touch();
       task<void> other = spawn([&s] {
         if (!s.ordered()) s.touch();
         s.end();
       });
       blocking([&s] { s.touch(); });
       s.touch();
       s.await();
     }},
    {"a goroutine that is pinned",
     [](scene& s) {
       chan<unit> c;
       go([&s, c] {
         const pin here;
         s.before();
         c.send({});
         s.after();
       });
       c.recv();
       s.touch();
       s.await();
     }},
    {"a pipe in memory",
     [](scene& s) {
       auto ends = std::make_shared<io::pipe_ends>(io::make_pipe());
       go([&s, ends] {
         s.before();
         static_cast<void>(io::write(ends->writer, "x"));
         s.after();
       });
       std::byte got[1];
       static_cast<void>(ends->reader.read(got));
       s.touch();
       s.await();
     }},
};

WEFT_PLAIN_TEST("RC1.6", "races between goroutines and threads are reported, and what weft orders is not") {
  expect_told_apart(goroutines_and_threads);
}

}  // namespace
}  // namespace weft::race
