// SPDX-License-Identifier: Apache-2.0
#include "model/verdict.hpp"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>

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

void verdict::report(const char* sentence, bool passed, const result& found, const std::string& remark) {
  ++(passed ? passed_ : failed_);
  std::printf("%s  %s: %" PRIu64 " executions, %" PRIu64 " redundant, %" PRIu64 " steps, %s, %.3f s%s\n",
              passed ? "ok    " : "FAILED", sentence, found.executions, found.redundant, found.steps,
              found.exhaustive ? "exhaustive" : "not exhaustive", found.seconds, remark.c_str());
  std::fflush(stdout);
}

void verdict::holds(const char* sentence, const options& how, const execution& body) {
  if (!wanted(sentence, how, body)) return;
  const result found = explore(how, body);
  const bool passed = found.failure.empty() && (found.exhaustive || how.executions != 0);
  report(sentence, passed, found, "");
  if (!found.failure.empty()) {
    std::printf("%s        %s\n        replay: %s\n", found.trace.c_str(), found.failure.c_str(),
                found.choices.c_str());
  }
}

void verdict::fails(const char* sentence, const char* why, const options& how, const execution& body) {
  if (!wanted(sentence, how, body)) return;
  const result found = explore(how, body);
  const bool passed = found.failure.find(why) != std::string::npos;
  report(sentence, passed, found, "\n          found: " + (found.failure.empty() ? "nothing" : found.failure));
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
  report(sentence, passed, found, "");
  if (passed) return;
  std::printf("%s          %s\n          outcomes:", found.trace.c_str(), found.failure.c_str());
  for (const std::string& o : found.outcomes) std::printf(" {%s}", o.c_str());
  std::printf("\n");
}

int verdict::done() const {
  std::printf("%u passed, %u failed\n", passed_, failed_);
  return failed_ == 0 && passed_ != 0 ? 0 : 1;
}

}  // namespace weft::model
