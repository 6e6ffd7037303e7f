// SPDX-License-Identifier: Apache-2.0
//
//   weft_tidy ROOT   prints every line of the tree that breaks a rule of the house; exit status 1 if there is one.
#include <cstdio>

#include "rules.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: weft_tidy ROOT\n");
    return 2;
  }
  const weft::tidy::findings found = weft::tidy::check_all(weft::tidy::read_tree(argv[1]));
  for (const weft::tidy::finding& f : found) std::printf("%s\n", f.print().c_str());
  std::printf("tidy: %zu finding%s\n", found.size(), found.size() == 1 ? "" : "s");
  return found.empty() ? 0 : 1;
}
