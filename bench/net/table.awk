# SPDX-License-Identifier: Apache-2.0
#
# The table that bench/net/run.sh prints, on ../statistics.awk. The x behind each peer: its median divided by weft's.

function figure(value, unit) { return sprintf(unit == "us" ? "%.1f" : "%.0f", value) }

END {
  printf "%-18s %4s %8s %17s", "row", "unit", "weft", "spread"
  for (p = 1; p <= peer_count; ++p) printf " %9s %5s", peers[p], "x"
  printf " %7s %5s %4s\n", "x epoll", "x go", "met"
  for (i = 1; i <= row_count; ++i) {
    row = rows[i]
    if (!(row in measured)) continue
    spread = has(row, "weft") ? figure(lowest(row, "weft"), unit[row]) ".." figure(highest(row, "weft"), unit[row]) : "-"
    printf "%-18s %4s %8s %17s", row, unit[row], has(row, "weft") ? figure(median(row, "weft"), unit[row]) : "-", spread
    for (p = 1; p <= peer_count; ++p) {
      both = has(row, "weft") && has(row, peers[p])
      printf " %9s %5s", has(row, peers[p]) ? figure(median(row, peers[p]), unit[row]) : "-",
             both ? sprintf("%.2f", ratio(row, peers[p])) : "-"
    }
    printf " %7s %5s %4s\n", bar[row], times[row], reached(row)
  }
}
