// SPDX-License-Identifier: Apache-2.0
//
// What a model file is made of: programs, and what the checker ought to find. Each line of `main` states one sentence
// and prints one line; done() prints the sum and returns the exit status.
//
//     int main(int argc, char** argv) {
//       verdict v(argc, argv);
//       v.holds("a word lock excludes", {}, exclusion);
//       v.fails("without release it does not", "data race", {.relax_stores = true}, exclusion);
//       return v.done();
//     }
//
// Arguments: WORDS runs the sentences that contain them; WORDS CHOICES runs one execution of the first of these and
// prints its trace.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "model/model.hpp"

namespace weft::model {

class verdict {
 public:
  using execution = std::function<void(program&)>;

  verdict(int argc, char** argv);

  /// No execution fails.
  void holds(const char* sentence, const options& how, const execution& body);

  /// A broken twin: some execution fails, and says something that matches the regular expression `why`.
  void fails(const char* sentence, const char* why, const options& how, const execution& body);

  /// The program has exactly these outcomes.
  void outcomes(const char* sentence, const std::set<std::string>& expected, const options& how, const execution& body);

  [[nodiscard]] int done() const;

 private:
  [[nodiscard]] bool wanted(const char* sentence, const options& how, const execution& body);
  void report(const char* sentence, bool passed, const options& how, const result& found);

  std::string filter_;
  std::string choices_;
  unsigned passed_ = 0;
  unsigned failed_ = 0;
};

}  // namespace weft::model
