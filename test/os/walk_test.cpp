// SPDX-License-Identifier: Apache-2.0
//
// Stacks walked along frame pointers, and the names of what is found. The tests are compiled with frame pointers.
#include "os/walk.hpp"

#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "harness.hpp"
#include "os/symbol.hpp"
#include "routine.hpp"

namespace weft::test {
namespace {

using namespace weft::detail;

std::vector<std::string> names_of(void** frames, std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.emplace_back(symbol_of(frames[i]).name);
  return names;
}

bool contains(const std::vector<std::string>& names, const std::string& part) {
  return std::any_of(names.begin(), names.end(), [&](const auto& n) { return n.find(part) != std::string::npos; });
}

std::vector<std::string> walk_parked(routine& r, std::size_t most = 64) {
  std::vector<void*> frames(most);
  fiber& f = r.self();
  return names_of(frames.data(),
                  walk_frames(f.at.pc, f.at.fp, f.bounds.low(), f.bounds.top, frames.data(), frames.size()));
}

[[gnu::noinline, gnu::noipa]] void inner_of_walk_test(routine& self) {
  self.pause();
  __asm__ __volatile__("" : : : "memory");  // no tail call
}

[[gnu::noinline, gnu::noipa]] void outer_of_walk_test(routine& self) {
  inner_of_walk_test(self);
  __asm__ __volatile__("" : : : "memory");
}

WEFT_PLAIN_TEST("O3", "a walk of a parked fiber finds its functions from the innermost to the first") {
  routine r([](routine& self) { outer_of_walk_test(self); });
  r.resume();
  const std::vector<std::string> names = walk_parked(r);
  ASSERT_GE(names.size(), 4u);
  const auto at = [&](const char* name) {
    return std::find_if(names.begin(), names.end(), [&](const auto& n) { return n.find(name) != std::string::npos; });
  };
  ASSERT_TRUE(contains(names, "inner_of_walk_test(weft::test::routine&)"));
  ASSERT_TRUE(contains(names, "outer_of_walk_test"));
  EXPECT_LT(at("pause"), at("inner_of_walk_test"));
  EXPECT_LT(at("inner_of_walk_test"), at("outer_of_walk_test"));
  EXPECT_EQ(names.back(), "weft_start_context");
  EXPECT_EQ(walk_parked(r, 2).size(), 2u);
  r.resume();
}

WEFT_PLAIN_TEST("O3", "a walk of a fiber that has not begun finds where it will begin") {
  routine r([](routine&) {});
  EXPECT_EQ(walk_parked(r), std::vector<std::string>{"weft_start_context"});
  r.resume();
}

[[gnu::noinline, gnu::noipa]] void walk_itself(routine& self, std::vector<std::string>& names) {
  void* frames[64];
  names = names_of(frames, walk_caller(self.memory(), frames, 64));
}

WEFT_PLAIN_TEST("O3", "a running fiber walks its own stack") {
  std::vector<std::string> names;
  routine r([&](routine& self) { walk_itself(self, names); });
  r.resume();
  ASSERT_FALSE(names.empty());
  EXPECT_NE(names.front().find("walk_itself"), std::string::npos);
  EXPECT_EQ(names.back(), "weft_start_context");
}

WEFT_PLAIN_TEST("O3", "a walk ends at a frame pointer that leaves the stack, is crooked or does not go up") {
  alignas(16) std::uintptr_t memory[16] = {};
  auto* low = reinterpret_cast<std::byte*>(memory);
  auto* high = low + sizeof memory;
  void* out[8];
  void* pc = out;
  const auto link = [&](int from, std::uintptr_t to) {
    memory[from] = to;
    memory[from + 1] = 1000 + static_cast<std::uintptr_t>(from);
  };
  const auto walk = [&](void* fp) { return walk_frames(pc, fp, low, high, out, 8); };
  EXPECT_EQ(walk(nullptr), 1u);
  EXPECT_EQ(walk(reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(low) - 16)), 1u);
  EXPECT_EQ(walk(high - 8), 1u);
  EXPECT_EQ(walk(low + 3), 1u);
  link(0, reinterpret_cast<std::uintptr_t>(&memory[4]));
  link(4, reinterpret_cast<std::uintptr_t>(&memory[4]));  // to itself
  EXPECT_EQ(walk(&memory[0]), 3u);
  link(4, reinterpret_cast<std::uintptr_t>(&memory[0]));  // down
  EXPECT_EQ(walk(&memory[0]), 3u);
  link(4, reinterpret_cast<std::uintptr_t>(high));
  EXPECT_EQ(walk(&memory[0]), 3u);
  EXPECT_EQ(out[1], reinterpret_cast<void*>(1000));
  EXPECT_EQ(out[2], reinterpret_cast<void*>(1004));
  EXPECT_EQ(walk_frames(nullptr, nullptr, low, high, out, 8), 0u);
}

// ---- names ---------------------------------------------------------------------------------------------------------

WEFT_PLAIN_TEST("O7", "a program counter in this program has a function's name, demangled or not") {
  auto* pc = reinterpret_cast<std::byte*>(&inner_of_walk_test) + 4;
  const symbol plain = symbol_of(pc);
  EXPECT_NE(std::string(plain.name).find("inner_of_walk_test(weft::test::routine&)"), std::string::npos);
  EXPECT_LE(plain.offset, 8u);
  EXPECT_STRNE(plain.module, "");
  EXPECT_EQ(std::string(symbol_of(pc, naming::as_linked).name).substr(0, 2), "_Z");
}

WEFT_PLAIN_TEST("O7", "a program counter in a shared object has the module's name") {
  const symbol found = symbol_of(reinterpret_cast<std::byte*>(&std::strtok) + 4);
  if (asan_on || tsan_on) return;  // intercepted: it is this program's function
  EXPECT_NE(std::string(found.name).find("strtok"), std::string::npos);
}

/// A shared object with other names in it than `original` has, but of the same size.
std::string rename_in_copy(const std::string& original, const std::string& name, const std::string& other,
                           const std::string& path) {
  std::ifstream in(original, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  for (std::size_t at = 0; (at = bytes.find(name, at)) != std::string::npos; at += name.size()) {
    bytes.replace(at, name.size(), other);
  }
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

/// The loaded object's address, and its name for the function at that distance from it; it is unloaded again.
std::pair<std::uintptr_t, std::string> name_at(const std::string& path, std::uintptr_t distance) {
  void* const loaded = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (loaded == nullptr) return {0, dlerror()};
  link_map* map = nullptr;
  dlinfo(loaded, RTLD_DI_LINKMAP, &map);
  const std::uintptr_t base = map->l_addr;
  const std::string name = symbol_of(reinterpret_cast<void*>(base + distance)).name;
  dlclose(loaded);
  return {base, name};
}

WEFT_PLAIN_TEST("O7.1", "a shared object in the place of another that was unloaded has its own names") {
  void* const libm = dlopen("libm.so.6", RTLD_NOW);
  if (libm == nullptr) GTEST_SKIP() << dlerror();
  link_map* map = nullptr;
  dlinfo(libm, RTLD_DI_LINKMAP, &map);
  auto* const inside = static_cast<std::byte*>(dlsym(libm, "lgamma_r")) + 1;
  const std::string name = symbol_of(inside).name;
  ASSERT_NE(name, "");
  const std::uintptr_t distance = reinterpret_cast<std::uintptr_t>(inside) - map->l_addr;
  std::string other = name;
  std::reverse(other.begin(), other.end());
  char folder[] = "/tmp/weft-walk-XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string first = rename_in_copy(map->l_name, name, name, std::string(folder) + "/first.so");
  const std::string second = rename_in_copy(map->l_name, name, other, std::string(folder) + "/second.so");
  const auto before = name_at(first, distance);
  const auto after = name_at(second, distance);
  EXPECT_EQ(before.second, name);
  EXPECT_EQ(after.second, other) << "loaded at the same place: " << (before.first == after.first);
  std::filesystem::remove_all(folder);
  dlclose(libm);
}

WEFT_PLAIN_TEST("O7", "an address outside every module is shown as such") {
  int local = 0;
  const symbol found = symbol_of(&local);
  EXPECT_STREQ(found.name, "");
  EXPECT_STREQ(found.module, "");
  EXPECT_EQ(found.offset, reinterpret_cast<std::uintptr_t>(&local));
}

}  // namespace
}  // namespace weft::test
