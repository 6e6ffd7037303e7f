// SPDX-License-Identifier: Apache-2.0
#include "model/verdict.hpp"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <regex>

namespace weft::model {

verdict::verdict(int argc, char** argv) {
  if (argc > 1) filter_ = argv[1];
  if (argc > 2) choices_ = argv[2];
}

bool verdict::wanted(const char* sentence, const options& how, const execution& body) {
  if (std::string(sentence).find(filter_) == std::string::npos) return false;
  if (choices_.empty()) return true;
  const result once = replay(how, choices_, body);
  std::printf("%s, replayed by %s\n%s%s\n", sentence, choices_.c_str(), once.trace.c_str(), once.failure.c_str());
  std::exit(once.failure.empty() ? 0 : 1);
}

void verdict::report(const char* sentence, bool passed, const options& how, const result& found) {
  ++(passed ? passed_ : failed_);
  std::string extent = found.exhaustive ? "exhaustive" : "not exhaustive";
  if (found.exhaustive && how.preemptions >= 0) {
    extent = "all with at most " + std::to_string(how.preemptions) + " preemptions";
  }
  if (!found.failure.empty()) extent = "then a failure";
  std::printf("%s  %s: %" PRIu64 " executions, %" PRIu64 " redundant, %" PRIu64 " steps, %s, %.3f s\n",
              passed ? "ok    " : "FAILED", sentence, found.executions, found.redundant, found.steps, extent.c_str(),
              found.seconds);
  if (!found.failure.empty()) std::printf("          found: %s\n", found.failure.c_str());
  std::fflush(stdout);
}

void verdict::holds(const char* sentence, const options& how, const execution& body) {
  if (!wanted(sentence, how, body)) return;
  const result found = explore(how, body);
  const bool passed = found.failure.empty() && (found.exhaustive || how.executions != 0);
  report(sentence, passed, how, found);
  if (!passed) std::printf("%s          replay: %s\n", found.trace.c_str(), found.choices.c_str());
}

void verdict::fails(const char* sentence, const char* why, const options& how, const execution& body) {
  if (!wanted(sentence, how, body)) return;
  // A bug that needs few switches is found soonest, and reads best, with few allowed.
  result found;
  for (int most = 0; most <= 2 && found.failure.empty() && most != how.preemptions; ++most) {
    options few = how;
    few.preemptions = most;
    found = explore(few, body);
  }
  if (found.failure.empty()) found = explore(how, body);
  const bool passed = !found.failure.empty() && std::regex_search(found.failure, std::regex(why));
  report(sentence, passed, how, found);
  if (!passed) std::printf("%s          expected: %s\n", found.trace.c_str(), why);
}

void verdict::outcomes(const char* sentence, const std::set<std::string>& expected, const options& how,
                       const execution& body) {
  if (!wanted(sentence, how, body)) return;
  const result found = explore(how, body);
  bool passed = found.failure.empty() && found.exhaustive && found.outcomes == expected;
  if (found.executions < 1000) {  // the search must lose nothing by what it leaves out: compare with one that does not
    options plain = how;
    plain.preemptions = 1000;
    passed = passed && explore(plain, body).outcomes == expected;
  }
  report(sentence, passed, how, found);
  if (passed) return;
  std::printf("%s          outcomes:", found.trace.c_str());
  for (const std::string& o : found.outcomes) std::printf(" {%s}", o.c_str());
  std::printf("\n");
}

int verdict::done() const {
  std::printf("%u passed, %u failed\n", passed_, failed_);
  return failed_ == 0 && passed_ != 0 ? 0 : 1;
}

}  // namespace weft::model
