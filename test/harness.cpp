// SPDX-License-Identifier: Apache-2.0
//
// The main program of every test executable: it registers the tests with GoogleTest, one entry per sentence, and runs
// each body as often as its engine asks for.
//
//   program                     every test
//   program --only "<name>"     the one test of that name
//   program --ctest <file> <command ...>   writes the add_test() lines for ctest; command is how to run the program
//
// A name begins with the ids: "C4 a closed channel drains its buffer, then reports closed".
#include "harness.hpp"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "supervisor.hpp"
#include "weft/run.hpp"
#include "weft/testing.hpp"

namespace weft::test {
namespace {

#if WEFT_TEST_SIM
constexpr bool is_sim = true;
#else
constexpr bool is_sim = false;
#endif

// ThreadSanitizer starts a program that finds names, when it first compares a report with its suppressions: two pipes.
constexpr std::size_t symbolizer_descriptors = under_thread_sanitizer ? 2 : 0;

constexpr int default_seconds = 60 * WEFT_TEST_SLOWNESS;

std::vector<test_case>& tests() {
  static std::vector<test_case> all;
  return all;
}

std::string name_of(const test_case& test) { return std::string(test.ids) + " " + test.sentence; }

bool selected(const test_case& test) {
  return test.plain || test.how.on == both || test.how.on == (is_sim ? sim_only : sched_only);
}

int number_from(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr && std::atoi(text) > 0 ? std::atoi(text) : otherwise;
}

std::vector<int> numbers_from(const char* variable, std::vector<int> otherwise) {
  const char* text = std::getenv(variable);
  if (text == nullptr || *text == '\0') return otherwise;
  std::vector<int> numbers;
  for (char* end = nullptr; *text != '\0'; text = *end == ',' ? end + 1 : end) {
    numbers.push_back(static_cast<int>(std::strtol(text, &end, 10)));
    if (end == text || numbers.back() < 1 || (*end != ',' && *end != '\0')) {
      std::fprintf(stderr, "harness: %s=%s: expected numbers with commas between them\n", variable, text);
      std::exit(2);
    }
  }
  return numbers;
}

// Those that the runtime makes when it first needs them, and keeps: its poller and its ring.
bool is_of_runtime(int directory, const char* descriptor) {
  char target[32] = {};
  if (readlinkat(directory, descriptor, target, sizeof target - 1) < 0) return false;
  const std::string kind = target;
  return kind == "anon_inode:[eventpoll]" || kind == "anon_inode:[eventfd]" || kind == "anon_inode:[io_uring]";
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* directory = opendir("/proc/self/fd");
  if (directory == nullptr) return 0;
  while (const dirent* each = readdir(directory)) count += is_of_runtime(dirfd(directory), each->d_name) ? 0 : 1;
  closedir(directory);
  return count;
}

// One run of a body: with this seed (sim), with so many workers (sched).
struct variant {
  std::uint64_t seed = 0;
  int workers = 0;

  [[nodiscard]] std::string text() const {
    return is_sim ? "WEFT_SEED=" + std::to_string(seed) : "WEFT_WORKERS=" + std::to_string(workers);
  }
};

std::vector<variant> variants_of(const options& how) {
  std::vector<variant> variants;
  if (is_sim) {
    const int only = number_from("WEFT_SEED", 0);
    if (only != 0) return {{static_cast<std::uint64_t>(only), 0}};
    int seeds = number_from("WEFT_SEEDS", 200);
    if (how.seeds > 0) seeds = std::min(seeds, how.seeds);
    for (int seed = 1; seed <= seeds; ++seed) variants.push_back({static_cast<std::uint64_t>(seed), 0});
    return variants;
  }
  const std::vector<int> allowed = how.workers.empty() ? std::vector{1, 2, 4, 64} : how.workers;
  for (int workers : numbers_from("WEFT_WORKERS", allowed)) {
    if (how.workers.empty() || std::count(allowed.begin(), allowed.end(), workers) > 0) {
      variants.push_back({0, workers});
    }
  }
  return variants;
}

class test_runner : public ::testing::Test {
 public:
  explicit test_runner(const test_case& test) : test_(test) {}

  void TestBody() override {
    if (test_.plain) {
      begin_run(name_of(test_).c_str());
      test_.body();
      end_run();
      return;
    }
    for (const variant& v : variants_of(test_.how)) {
      run_once(v);
      if (HasFailure()) {
        std::fprintf(stderr, "again: %s <program> --only \"%s\"\n", v.text().c_str(), name_of(test_).c_str());
        return;
      }
    }
  }

 private:
  void run_once(const variant& v) {
    run_options options;
    options.workers = v.workers;
    options.seed = v.seed;
    options.drain = test_.how.drain;
    begin_run((name_of(test_) + " [" + v.text() + "]").c_str());
    weft::run(test_.body, options);
    end_run();
    if (test_.how.drain) expect_nothing_left();
  }

  // A worker that looks for a deadlock has one descriptor more for a moment.
  void expect_nothing_left() {
    const weft::testing::census left = weft::testing::count();
    EXPECT_EQ(left.goroutines, 0u) << "goroutines are left";
    EXPECT_EQ(left.stacks, 0u) << "stacks are left";
    EXPECT_EQ(left.waiters, 0u) << "parked parties are left";
    std::size_t now = open_descriptors();
    if (descriptors_ == 0) descriptors_ = now;
    descriptors_ = std::min(descriptors_, now);
    for (int patience = 100; now > descriptors_ && patience > 0; --patience) {
      usleep(1000);
      now = open_descriptors();
    }
    EXPECT_LE(now, descriptors_ + symbolizer_descriptors) << "file descriptors were left open";
  }

  const test_case& test_;
  std::size_t descriptors_ = 0;
};

void write_ctest_entry(std::ostream& out, const std::string& name, const std::string& command,
                       const std::string& arguments) {
  out << "add_test([==[" << WEFT_TEST_PREFIX << ": " << name << "]==] " << command << " " << arguments << ")\n"
      << "set_tests_properties([==[" << WEFT_TEST_PREFIX << ": " << name << "]==] PROPERTIES TIMEOUT 900 LABELS [==["
      << WEFT_TEST_PREFIX << "]==] SKIP_REGULAR_EXPRESSION [==[\\[  SKIPPED \\]]==])\n";
}

// `words` is the command that runs this program: its launcher, if it needs one, and itself.
int write_ctest_file(const char* path, const std::vector<std::string>& words) {
  std::ofstream out(path);
  std::string command;
  for (const std::string& word : words) command += " [==[" + word + "]==]";
  for (const test_case& test : tests()) {
    const std::string name = name_of(test);
    if (selected(test)) write_ctest_entry(out, name, command, "--only [==[" + name + "]==]");
  }
  const ::testing::UnitTest& others = *::testing::UnitTest::GetInstance();  // those written with TEST()
  for (int s = 0; s < others.total_test_suite_count(); ++s) {
    const ::testing::TestSuite& suite = *others.GetTestSuite(s);
    for (int t = 0; t < suite.total_test_count(); ++t) {
      const std::string name = std::string(suite.name()) + "." + suite.GetTestInfo(t)->name();
      write_ctest_entry(out, name, command, "[==[--gtest_filter=" + name + "]==]");
    }
  }
  out.close();
  if (!out) std::fprintf(stderr, "harness: cannot write %s\n", path);
  return out ? 0 : 1;
}

int run_tests(const char* only) {
  int registered = 0;
  for (const test_case& test : tests()) {
    if (!selected(test) || (only != nullptr && name_of(test) != only)) continue;
    ::testing::RegisterTest(WEFT_TEST_PREFIX, name_of(test).c_str(), nullptr, nullptr, test.file, test.line,
                            [&test]() -> ::testing::Test* { return new test_runner(test); });
    ++registered;
  }
  if (only != nullptr) GTEST_FLAG_SET(filter, std::string(WEFT_TEST_PREFIX) + ".*");
  if (only != nullptr && registered == 0) {
    std::fprintf(stderr, "harness: there is no test named \"%s\" here\n", only);
    return 2;
  }
  if (::testing::internal::InDeathTestChild()) return RUN_ALL_TESTS();  // a program that a test started to see it die
  return supervise(number_from("WEFT_SECONDS", default_seconds), [] { return RUN_ALL_TESTS(); });
}

}  // namespace

bool add(test_case test) {
  tests().push_back(std::move(test));
  return true;
}

}  // namespace weft::test

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  const std::string verb = argc > 2 ? argv[1] : "";
  if (verb == "--ctest") return weft::test::write_ctest_file(argv[2], {argv + 3, argv + argc});
  return weft::test::run_tests(verb == "--only" ? argv[2] : nullptr);
}
