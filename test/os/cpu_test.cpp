// SPDX-License-Identifier: Apache-2.0
//
// How many processors a process may use, from texts as the kernel writes them.
#include "os/cpu.hpp"

#include <sched.h>

#include <thread>

#include "harness.hpp"

namespace weft::test {
namespace {

using namespace weft::detail;

int parallelism(int cpus, const char* cpu_max) { return parallelism_of(cpus, parse_cpu_max(cpu_max)); }

WEFT_PLAIN_TEST("P2", "a quota is rounded up to whole processors, and counts as two if it is less") {
  EXPECT_EQ(parallelism(8, "50000 100000\n"), 2);
  EXPECT_EQ(parallelism(8, "100000 100000\n"), 2);
  EXPECT_EQ(parallelism(8, "200000 100000\n"), 2);
  EXPECT_EQ(parallelism(8, "200001 100000\n"), 3);
  EXPECT_EQ(parallelism(8, "250000 100000\n"), 3);
  EXPECT_EQ(parallelism(8, "900000 100000\n"), 8);
  EXPECT_EQ(parallelism(1, "50000 100000\n"), 1);
  EXPECT_EQ(parallelism(8, "9223372036854775807 1\n"), 8);
}

WEFT_PLAIN_TEST("P2 P3", "without a quota, or with a text that makes no sense, the affinity mask decides") {
  for (const char* text : {"max 100000\n", "", "\n", "100000", "x y", "100000 0", "-1 100000", "0 100000", "1e5 100000",
                           "99999999999999999999 100000"}) {
    EXPECT_EQ(parallelism(8, text), 8) << text;
  }
}

WEFT_PLAIN_TEST("P3", "cgroup v1 has its quota and period in two files") {
  EXPECT_EQ(parallelism_of(8, parse_cfs("250000\n", "100000\n")), 3);
  EXPECT_EQ(parallelism_of(8, parse_cfs("-1\n", "100000\n")), 8);
  EXPECT_EQ(parallelism_of(8, parse_cfs("", "")), 8);
}

constexpr const char* mounts_v2 =
    "22 1 0:20 / /proc rw - proc proc rw\n"
    "31 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";

WEFT_PLAIN_TEST("P3", "the leaf of a cgroup v2 hierarchy is found") {
  const auto place = find_cgroup("0::/user.slice/session-2.scope\n", mounts_v2);
  ASSERT_TRUE(place);
  EXPECT_EQ(place->directory, "/sys/fs/cgroup/user.slice/session-2.scope");
  EXPECT_EQ(place->version, 2);
  EXPECT_EQ(find_cgroup("0::/\n", mounts_v2)->directory, "/sys/fs/cgroup");
}

WEFT_PLAIN_TEST("P3", "a v1 hierarchy with the cpu controller goes before v2, seen through the mount's root") {
  const char* mounts =
      "31 23 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
      "32 23 0:27 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
      "33 23 0:28 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro master:11 - cgroup cgroup rw,cpu,cpuacct\n";
  const auto place = find_cgroup("4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc/leaf\n0::/docker/abc\n", mounts);
  ASSERT_TRUE(place);
  EXPECT_EQ(place->directory, "/sys/fs/cgroup/cpu,cpuacct/leaf");
  EXPECT_EQ(place->version, 1);
  EXPECT_FALSE(find_cgroup("3:cpu,cpuacct:/docker/abcdef\n", mounts)) << "not below the mount's root";
  EXPECT_FALSE(find_cgroup("3:cpuset:/\n", mounts));
}

WEFT_PLAIN_TEST("P3", "mount points with blanks are read, and damaged lines are passed over") {
  const auto place = find_cgroup("0::/a\n", "garbage\n\n1 2 3\n31 23 0:26 / /my\\040groups rw - cgroup2 none rw\n");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->directory, "/my groups/a");
  EXPECT_FALSE(find_cgroup("", mounts_v2));
  EXPECT_FALSE(find_cgroup("0::/a\n", ""));
}

WEFT_PLAIN_TEST("P2", "the affinity mask is respected") {
  const int all = usable_cpus();
  EXPECT_GE(all, 1);
  EXPECT_LE(default_parallelism(), all);
  std::thread([] {
    cpu_set_t mask;
    CPU_ZERO(&mask);
    CPU_SET(static_cast<unsigned>(sched_getcpu()), &mask);
    ASSERT_EQ(sched_setaffinity(0, sizeof mask, &mask), 0);
    EXPECT_EQ(usable_cpus(), 1);
    EXPECT_EQ(default_parallelism(), 1);
  }).join();
}

}  // namespace
}  // namespace weft::test
