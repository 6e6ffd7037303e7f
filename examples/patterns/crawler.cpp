// SPDX-License-Identifier: Apache-2.0
//
// A crawler over a generated site of 1000 pages, of which each links to four others. At most eight pages are fetched at
// the same time, every page once, and all of it ends when the last page is done, or when the time is over.
//
// sentence: a crawler fetches every page of a site once, and stops when its time is over
// engines: both
// expect-exit: 0
// expect-output-exact:
//   found 1000 pages, fetched each once, at most 8 at a time
//   in too little time: context deadline exceeded, some pages missing
#include <weft/weft.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <set>

using namespace std::chrono_literals;

constexpr int pages = 1000;

std::array<int, 4> links_of(int page) {
  return {(2 * page + 1) % pages, (2 * page + 2) % pages, (7 * page) % pages, (page + 1) % pages};
}

class crawler {
 public:
  explicit crawler(const weft::context& ctx) : ctx_(ctx) {}

  /// Crawls all that can be reached from the page.
  weft::result<void> run(int first) {
    visit(first);
    return crawling_.wait();
  }

  std::atomic<int> fetched{0}, most_at_once{0};
  [[nodiscard]] std::size_t found() const { return seen_.size(); }

 private:
  void visit(int page) {
    {
      const std::scoped_lock hold(guard_);
      if (!seen_.insert(page).second) return;
    }
    crawling_.go([this, page]() -> weft::result<void> {
      auto links = fetch(page);
      if (!links) return links.error();
      for (int link : *links) visit(link);
      return {};
    });
  }

  weft::result<std::array<int, 4>> fetch(int page) {
    if (auto place = connections_.acquire(ctx_); !place) return place.error();
    const int at_once = ++open_;
    for (int most = most_at_once; at_once > most && !most_at_once.compare_exchange_weak(most, at_once);) continue;
    const auto slept = weft::sleep_for(ctx_, 100us);  // the network
    --open_;
    connections_.release();
    if (!slept) return slept.error();
    ++fetched;
    return links_of(page);
  }

  const weft::context ctx_;
  weft::semaphore connections_{8};
  std::atomic<int> open_{0};
  weft::mutex guard_;
  std::set<int> seen_;    // under guard_
  weft::group crawling_;  // last: joined first
};

int main() {
  return weft::run([] {
    crawler all(weft::background());
    all.run(0).value();
    if (all.fetched == pages && all.most_at_once <= 8) {
      std::printf("found %zu pages, fetched each once, at most 8 at a time\n", all.found());
    }

    const auto hurry = weft::with_timeout(weft::background(), 1ms);
    crawler hurried(hurry);
    const auto ended = hurried.run(0);
    std::printf("in too little time: %s, %s pages missing\n", ended.error().message().c_str(),
                hurried.fetched < pages ? "some" : "no");
  });
}
