// SPDX-License-Identifier: Apache-2.0
//
// How many processors this process may use: the rule by which Go chooses GOMAXPROCS (reference P2, P3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft::detail {

/// Processors that the affinity mask of the process allows; at least 1.
[[nodiscard]] int usable_cpus() noexcept;

/// min(usable_cpus, the cgroup's quota divided by its period, rounded up), where the cgroup's share counts as 2 if it
/// is less. Reads files; does not look at the environment.
[[nodiscard]] int default_parallelism() noexcept;

/// A share of processors: `quota` microseconds of each `period`. None: no limit, or the text says nothing usable.
struct cpu_quota {
  std::int64_t quota;
  std::int64_t period;
};

/// The text of cgroup v2's cpu.max: "max 100000" or "150000 100000".
[[nodiscard]] std::optional<cpu_quota> parse_cpu_max(std::string_view text) noexcept;

/// The texts of cgroup v1's cpu.cfs_quota_us ("-1": no limit) and cpu.cfs_period_us.
[[nodiscard]] std::optional<cpu_quota> parse_cfs(std::string_view quota, std::string_view period) noexcept;

/// Where the limits of this process are: the directory, and which version's files it has.
struct cgroup_place {
  std::string directory;
  int version;
};

/// From the texts of /proc/self/cgroup and /proc/self/mountinfo. A v1 hierarchy with the cpu controller goes before v2.
[[nodiscard]] std::optional<cgroup_place> find_cgroup(std::string_view cgroup, std::string_view mountinfo);

/// The rule alone.
[[nodiscard]] int parallelism_of(int cpus, std::optional<cpu_quota> limit) noexcept;

}  // namespace weft::detail
