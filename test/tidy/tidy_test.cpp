// SPDX-License-Identifier: Apache-2.0
//
// The tidy checker on small trees: a sound one, and one for each way to break a rule, which must be reported with its
// file and line. What is tested are the real data files' forms, with fewer rows.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "rules.hpp"

namespace {

using weft::tidy::findings;
using weft::tidy::tree;

const std::string spdx = "// SPDX-License-Identifier: Apache-2.0\n";

struct row {
  const char* sentence;
  std::string path, contents;
  std::string expected;  // how a finding must begin; empty: nothing may be found
};

std::string lines(int count, const std::string& line) {
  std::string text;
  for (int i = 0; i < count; ++i) text += line + "\n";
  return text;
}

// A tree that keeps every rule.
tree sound_tree() {
  const std::vector<std::pair<std::string, std::string>> files = {
      {"test/tidy/floors.txt",
       "floor 0 base\nfloor 1 os\nfloor 3 sched sim\nfloor 4 chan sync\napart chan sync\nclosed sched sim\n"
       "home chan chan.hpp\nhome sync mutex.hpp detail/wait_queue.hpp\nsurface examples/\n"},
      {"test/tidy/doors.txt",
       "atomics\n  no std::atomic\n  in src/\n  except src/base/door.hpp\n  why one door\n"
       "unfinished\n  no \\bTODO\\b\n  in src/\n  look all\n  why finish it\n"},
      {"test/tidy/exemptions.txt", "at most 0\n"},
      {"docs/semantics.md", "- **C4** a closed channel drains\n"},
      {"test/semantics/chan.cpp", spdx + "WEFT_TEST(\"C4\", \"it drains\") {}\n"},
      {"include/weft/chan.hpp", spdx + "#pragma once\n#include \"weft/detail/site.hpp\"\n"},
      {"include/weft/mutex.hpp", spdx},
      {"include/weft/detail/site.hpp", spdx + "// floor 0\n"},
      {"include/weft/detail/wait_queue.hpp", spdx + "// floor 4\n"},
      {"src/base/door.hpp", spdx + "std::atomic<int> door;\n"},
      {"src/os/futex.hpp", spdx + "#include \"base/door.hpp\"\n"},
      {"src/sched/engine.hpp", spdx},
      {"src/chan/core.cpp", spdx + "// std::atomic in prose is fine\nconst char* s = \"std::atomic\";\n"},
  };
  tree t;
  for (const auto& [path, contents] : files) t.emplace(path, weft::tidy::parse(path, contents));
  return t;
}

const std::vector<row>& rows() {
  static const std::string body = lines(60, "  work();");
  static const std::vector<row> all = {
      {"a sound tree has no findings", "src/os/clock.cpp", spdx, ""},
      {"an include that points up is found", "src/os/x.cpp", spdx + "#include \"chan/core.hpp\"\n",
       "src/os/x.cpp:2: floors: floor 1 includes src/chan/core.hpp of floor 4"},
      {"a public header above is found", "src/base/x.cpp", spdx + "\n#include \"weft/chan.hpp\"\n",
       "src/base/x.cpp:3: floors: floor 0 includes include/weft/chan.hpp of floor 4"},
      {"a detail header above is found", "src/os/x.cpp", spdx + "#include \"weft/detail/wait_queue.hpp\"\n",
       "src/os/x.cpp:2: floors: floor 1 includes include/weft/detail/wait_queue.hpp of floor 4"},
      {"neighbours that stay apart are found", "src/chan/x.cpp", spdx + "#include \"weft/mutex.hpp\"\n",
       "src/chan/x.cpp:2: floors: chan includes include/weft/mutex.hpp; chan and sync stay apart"},
      {"an include of an engine is found", "src/chan/x.cpp", spdx + "#include \"sched/engine.hpp\"\n",
       "src/chan/x.cpp:2: floors: includes src/sched/engine.hpp; nobody includes sched"},
      {"a header on no floor is found", "include/weft/new.hpp", spdx, "include/weft/new.hpp:1: floors: is on no floor"},
      {"an example that looks inside is found", "examples/x.cpp", spdx + "#include \"weft/detail/site.hpp\"\n",
       "examples/x.cpp:2: floors: includes include/weft/detail/site.hpp; programs include only"},
      {"what has a door is found elsewhere", "src/chan/x.cpp", spdx + "int a;\nstd::atomic<int> b;\n",
       "src/chan/x.cpp:3: atomics: 'std::atomic': one door"},
      {"an unfinished place is found in a comment", "src/chan/x.cpp", spdx + "int a;  // TODO\n",
       "src/chan/x.cpp:2: unfinished: 'TODO'"},
      {"a file without its licence is found", "src/chan/x.cpp", "int a;\n", "src/chan/x.cpp:1: spdx"},
      {"blanks at the end of a line are found", "src/chan/x.cpp", spdx + "int a; \n",
       "src/chan/x.cpp:2: trailing-space"},
      {"a file of 501 lines is found", "src/chan/x.cpp", spdx + lines(500, "int a;"),
       "src/chan/x.cpp:501: file-length: 501 lines"},
      {"a function of 62 lines is found", "src/chan/x.cpp", spdx + "namespace a {\nvoid f() {\n" + body + "}\n}\n",
       "src/chan/x.cpp:3: function-length: 62 lines"},
      {"a long member function is found", "src/chan/x.cpp",
       spdx + "class a final : b {\n  int f(int x) const {\n" + body + "  }\n};\n",
       "src/chan/x.cpp:3: function-length"},
      {"a function of 60 lines is fine", "src/chan/x.cpp", spdx + "void f() {\n" + lines(58, "  work();") + "}\n", ""},
      {"a long namespace is fine", "src/chan/x.cpp", spdx + "namespace {\n" + lines(80, "int a;") + "}\n", ""},
      {"a weak memory order without its reason is found", "src/chan/x.cpp",
       spdx + "\nint a = b.load(memory_order_relaxed);\n", "src/chan/x.cpp:3: memory-order"},
      {"a weak memory order with its reason is fine", "src/chan/x.cpp",
       spdx + "// Memory ordering: none needed.\nint a = b.load(memory_order_relaxed);\n", ""},
      {"a guarantee without a test is found", "docs/semantics.md", "- **C4** it drains\n- **C5** close\n",
       "docs/semantics.md:2: guarantees: no test cites C5"},
      {"a part of a guarantee without a test is found", "docs/semantics.md",
       "- **C4** it drains\n- **C4.1** in order\n", "docs/semantics.md:2: guarantees: no test cites C4.1"},
      {"a test that the document names and that exists is fine", "docs/semantics.md",
       "- **C4** it drains.\n  Test: \"it\n  drains\".\n", ""},
      {"a test that the document names and that does not exist is found", "docs/semantics.md",
       "- **C4** it drains. Test: \"it drains\";\n  \"it ends\".\n",
       "docs/semantics.md:1: guarantees: no test is named \"it ends\""},
      {"a test of an unknown guarantee is found", "test/crash/x.cpp", spdx + "// guarantee: C9\n",
       "test/crash/x.cpp:2: guarantees: C9 is not in docs/semantics.md"},
      {"a test without a guarantee is found", "test/os/x.cpp", spdx + "WEFT_PLAIN_TEST(\"\", \"x\") {}\n",
       "test/os/x.cpp:2: guarantees: the test cites no guarantee"},
      {"an exemption beyond the number is found", "test/tidy/exemptions.txt",
       "at most 0\nspdx src/x.cpp for a reason\n", "test/tidy/exemptions.txt:2: exemptions: 1 exemptions; at most 0"},
      {"an exemption that nothing needs is found", "test/tidy/exemptions.txt",
       "at most 1\nspdx src/x.cpp for a reason\n", "test/tidy/exemptions.txt:2: exemptions: nothing needs this one"},
  };
  return all;
}

bool holds(const row& r) {
  tree t = sound_tree();
  t.insert_or_assign(r.path, weft::tidy::parse(r.path, r.contents));
  const findings found = weft::tidy::check_all(t);
  const bool ok =
      r.expected.empty() ? found.empty() : std::any_of(found.begin(), found.end(), [&](const weft::tidy::finding& f) {
        return f.print().starts_with(r.expected);
      });
  std::printf("%s %s\n", ok ? "ok    " : "FAILED", r.sentence);
  if (ok) return true;
  std::printf("  expected: %s\n", r.expected.empty() ? "nothing" : r.expected.c_str());
  for (const weft::tidy::finding& f : found) std::printf("  found:    %s\n", f.print().c_str());
  return false;
}

}  // namespace

int main() {
  const auto failed = std::count_if(rows().begin(), rows().end(), [](const row& r) { return !holds(r); });
  return failed == 0 ? 0 : 1;
}
