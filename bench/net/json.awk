# SPDX-License-Identifier: Apache-2.0
#
# What bench/net/run.sh --json writes: an array with one object per row.

function number(value) { return value == "-" ? "null" : value }

END {
  printf "["
  for (i = 1; i <= row_count; ++i) {
    row = rows[i]
    if (!(row in measured)) continue
    printf "%s\n  {\"workload\": \"%s\", \"unit\": \"%s\", \"weft\": %s", comma, row, unit[row],
           has(row, "weft") ? sprintf("%.2f", median(row, "weft")) : "null"
    if (has(row, "weft")) printf ", \"spread\": [%.2f, %.2f]", lowest(row, "weft"), highest(row, "weft")
    printf ", \"peers\": {"
    separator = ""
    for (p = 1; p <= peer_count; ++p) {
      if (!has(row, peers[p])) continue
      printf "%s\"%s\": %.2f", separator, peers[p], median(row, peers[p])
      separator = ", "
    }
    printf "}, \"times\": {"
    separator = ""
    for (p = 1; p <= peer_count; ++p) {
      if (!has(row, peers[p]) || !has(row, "weft")) continue
      printf "%s\"%s\": %.3f", separator, peers[p], ratio(row, peers[p])
      separator = ", "
    }
    printf "}, \"times_epoll\": %s, \"times_go\": %s, \"met\": %s}", number(bar[row]), number(times[row]),
           reached(row) == "-" ? "null" : reached(row) == "yes" ? "true" : "false"
    comma = ","
  }
  print "\n]"
}
