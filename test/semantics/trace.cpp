// SPDX-License-Identifier: Apache-2.0
//
// weft/trace.hpp: what a trace shows.
#include <chrono>
#include <set>
#include <string>
#include <thread>

#include "scratch.hpp"
#include "traces.hpp"
#include "weft/testing.hpp"
#include "weft/weft.hpp"

using namespace std::chrono_literals;

namespace {

using weft::test::scratch;
using weft::test::trace_file;

/// A bit of everything.
void work() {
  const weft::chan<int> jobs, results(4);
  weft::wait_group all;
  for (int i = 0; i < 3; ++i) {
    all.go([=] {
      for (const int job : jobs) {
        weft::yield();
        results.send(job);
      }
    });
  }
  weft::go({.label = "producer"}, [=] {
    for (int i = 0; i < 10; ++i) jobs.send(i);
    weft::sleep_for(1ms);
    jobs.close();
  });
  for (int i = 0; i < 10; ++i) results.recv();
  weft::blocking([] {});
  all.wait();
}

WEFT_TEST_WITH("TR1.1 TR1.2", "in a trace each slice and arrow has two ends, and each lane goes forward", .seeds = 20) {
  const scratch files;
  weft::trace::start();
  work();
  ASSERT_TRUE(weft::trace::stop(files / "t.json").has_value());
  const trace_file trace(files / "t.json");
  trace.check();
  EXPECT_GE(trace.count("B", "producer"), 1);
  EXPECT_GE(trace.count("B", "blocking"), 1);
  EXPECT_GE(trace.count("s", "wake"), 10);
  EXPECT_GE(trace.count("i", "timers"), 1);
}

WEFT_TEST_WITH("TR1.2", "an arrow leads from who sends to the goroutine that receives", .seeds = 20) {
  const scratch files;
  weft::trace::start();
  const weft::chan<int> c, done;
  weft::go({.label = "receiver"}, [=] {
    weft::go({.label = "sender"}, [=] {
      weft::testing::settle();
      c.send(1);
    });
    c.recv();
    done.close();
  });
  done.recv();
  ASSERT_TRUE(weft::trace::stop(files / "t.json").has_value());
  const trace_file trace(files / "t.json");
  trace.check();
  std::map<double, std::string> runs;  // by lane: who runs
  std::map<double, std::string> from;
  std::set<std::pair<std::string, std::string>> arrows;
  for (const auto& e : trace.events) {
    const std::string& phase = e["ph"].string;
    if (phase == "B") runs[e["tid"].value] = e["name"].string;
    if (phase == "E") runs[e["tid"].value] = "";
    if (phase == "s") from[e["id"].value] = runs[e["tid"].value];
    if (phase == "f") arrows.insert({from[e["id"].value], runs[e["tid"].value]});
  }
  EXPECT_EQ(arrows.count({"receiver", "sender"}), 1u) << "who starts it";
  EXPECT_EQ(arrows.count({"sender", "receiver"}) + arrows.count({"receiver", "sender"}), 2u) << "who wakes it";
}

WEFT_TEST_WITH("TR2.1", "tasks and regions have tracks of their own, and logs are where they were written",
               .seeds = 20) {
  const scratch files;
  weft::trace::start();
  {
    const weft::trace::task order("order");
    const weft::trace::region kitchen("kitchen");
    weft::wait_group all;
    all.go([&] {
      const weft::trace::region cook(order, "cook");
      weft::sleep_for(1ms);
      weft::trace::log(order, "with \"salt\"\n and \xff more than sixteen bytes of text");
    });
    all.wait();
  }
  const weft::trace::region open("never closed before the trace ends");
  weft::trace::log(std::string(1000, 'x'));
  ASSERT_TRUE(weft::trace::stop(files / "t.json").has_value());
  const trace_file trace(files / "t.json");
  trace.check();
  EXPECT_EQ(trace.count("b", "order"), 1);
  EXPECT_EQ(trace.count("e", "order"), 1);
  EXPECT_EQ(trace.count("b", "kitchen"), 1);
  EXPECT_EQ(trace.count("b", "cook"), 1);
  EXPECT_EQ(trace.count("e", "never closed before the trace ends"), 1);
  EXPECT_EQ(trace.count("i", "with \"salt\"\\u000a and ? more than sixteen bytes of text"), 1);
  EXPECT_EQ(trace.count("i", std::string(240, 'x')), 1);
}

WEFT_TEST_WITH("TR1.3 TR3.1", "a trace keeps the newest events, and the recorder goes on without one", .seeds = 5) {
  const scratch files;
  weft::trace::start(1);
  for (int i = 0; i < 9000; ++i) weft::trace::log("old");
  weft::trace::log("new");
  ASSERT_TRUE(weft::trace::stop(files / "t.json").has_value());
  const trace_file trace(files / "t.json");
  trace.check();
  EXPECT_EQ(trace.count("i", "new"), 1);
  weft::trace::log("after the trace");
  ASSERT_TRUE(weft::trace::save(files / "f.json").has_value());
  const trace_file flight(files / "f.json");
  flight.check();
}

WEFT_TEST_WITH("TR3.1", "a trace can be saved while everybody goes on", .on = weft::test::sched_only,
               .workers = {1, 3}) {
  const scratch files;
  const weft::chan<int> stop;
  weft::wait_group all;
  for (int i = 0; i < 2; ++i) {
    all.go([=] {
      const weft::chan<int> mine(1);
      while (!stop.try_recv().closed()) {
        mine.send(1);
        mine.recv();
        weft::yield();
      }
    });
  }
  const std::string names[] = {files / "a", files / "b", files / "c"};
  for (const std::string& name : names) {
    if (name == names[2]) weft::trace::start(1024);
    weft::yield();
    EXPECT_TRUE(weft::trace::save(name).has_value());
  }
  stop.close();
  all.wait();
  EXPECT_TRUE(weft::trace::stop(files / "d").has_value());
  for (const std::string& name : names) trace_file(name).check();
}

WEFT_TEST_WITH("TR1.4", "threads that are no workers have lanes, too", .on = weft::test::sched_only) {
  const scratch files;
  weft::trace::start();
  const weft::chan<int> c;
  std::thread foreign([=] {
    c.send(1);
    weft::trace::log("from a thread");
  });
  c.recv();
  weft::blocking([&] { foreign.join(); });
  {
    const weft::pin here;
    weft::sleep_for(1ms);
  }
  ASSERT_TRUE(weft::trace::stop(files / "t.json").has_value());
  const trace_file trace(files / "t.json");
  trace.check();
  EXPECT_EQ(trace.count("i", "from a thread"), 1);
  int threads = 0;
  for (const auto& e : trace.events) {
    threads +=
        e["ph"].string == "M" && e["name"].string == "thread_name" && e["args"]["name"].string.rfind("thread ", 0) == 0;
  }
  EXPECT_GE(threads, 1);
}

WEFT_TEST_WITH("TR1.5", "a file that cannot be written is an error", .seeds = 1) {
  const scratch files;
  weft::trace::start();
  EXPECT_EQ(weft::trace::stop(files / "no" + std::string("/such/directory")).error(),
            std::errc::no_such_file_or_directory);
  EXPECT_FALSE(weft::trace::save(-1).has_value());
}

}  // namespace
