# SPDX-License-Identifier: Apache-2.0
#
# The table that bench/run.sh prints. The x behind each peer: its median divided by weft's.

function figure(value, unit) { return sprintf(value < 100 && unit == "ns" ? "%.1f" : "%.0f", value) }
function cell(row, peer) { return has(row, peer) ? figure(median(row, peer), unit[row]) : "-" }

END {
  printf "%-24s %4s %8s %17s", "workload", "unit", "weft", "spread"
  for (p = 1; p <= peer_count; ++p) printf " %8s %6s", peers[p], "x"
  printf " %8s %6s %5s %4s\n", "limit", "bar", "x go", "met"
  for (i = 1; i <= row_count; ++i) {
    row = rows[i]
    if (!(row in measured)) continue
    spread = has(row, "weft") ? figure(lowest(row, "weft"), unit[row]) ".." figure(highest(row, "weft"), unit[row]) : "-"
    printf "%-24s %4s %8s %17s", row, unit[row], cell(row, "weft"), spread
    for (p = 1; p <= peer_count; ++p) {
      both = has(row, "weft") && has(row, peers[p])
      printf " %8s %6s", cell(row, peers[p]), both ? sprintf("%.2f", ratio(row, peers[p])) : "-"
    }
    printf " %8s %6s %5s %4s\n", cell(row, "limit"), bar[row], times[row], met(row)
  }
}
