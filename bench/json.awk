# SPDX-License-Identifier: Apache-2.0
#
# What bench/run.sh --json writes: an array with one object per row.

function number(value) { return value == "-" ? "null" : value }
function truth(answer) { return answer == "-" ? "null" : answer == "yes" ? "true" : "false" }

END {
  printf "["
  for (i = 1; i <= row_count; ++i) {
    row = rows[i]
    if (!has(row, "weft") && !has(row, "go")) continue
    printf "%s\n  {\"workload\": \"%s\", \"cores\": %d, \"unit\": \"%s\", ", comma, row, cores[row], unit[row]
    if (has(row, "weft"))
      printf "\"weft\": %.2f, \"spread\": [%.2f, %.2f], ", median(row, "weft"), lowest(row, "weft"), highest(row, "weft")
    else
      printf "\"weft\": null, \"spread\": null, "
    printf "\"peers\": {"
    separator = ""
    for (p = 1; p <= peer_count; ++p)
      if (peers[p] != "weft" && has(row, peers[p])) {
        printf "%s\"%s\": %.2f", separator, peers[p], median(row, peers[p])
        separator = ", "
      }
    printf "}, \"limit\": null, \"bar\": %s, \"times_go\": %s, \"met\": %s, \"first_bar\": %s, \"first_met\": %s}", \
           number(final_bar[row]), number(times[row]), truth(met(row, final_bar[row], times[row])), \
           number(first_bar[row]), truth(met(row, first_bar[row], "-"))
    comma = ","
  }
  print "\n]"
}
