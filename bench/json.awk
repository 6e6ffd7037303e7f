# SPDX-License-Identifier: Apache-2.0
#
# What bench/run.sh --json writes: an array with one object per row.

function number(value) { return value == "-" ? "null" : value }
function truth(answer) { return answer == "-" ? "null" : answer == "yes" ? "true" : "false" }
function cell(row, peer) { return has(row, peer) ? sprintf("%.2f", median(row, peer)) : "null" }
function spread(row, peer) {
  return has(row, peer) ? sprintf("[%.2f, %.2f]", lowest(row, peer), highest(row, peer)) : "null"
}

END {
  printf "["
  for (i = 1; i <= row_count; ++i) {
    row = rows[i]
    if (!(row in measured)) continue
    printf "%s\n  {\"workload\": \"%s\", \"cores\": %d, \"unit\": \"%s\", ", comma, row, cores[row], unit[row]
    printf "\"weft\": %s, \"spread\": %s, \"peers\": {", cell(row, "weft"), spread(row, "weft")
    medians = spreads = ""
    for (p = 1; p <= peer_count; ++p) {
      if (!has(row, peers[p])) continue
      separator = medians == "" ? "" : ", "
      medians = medians separator "\"" peers[p] "\": " cell(row, peers[p])
      spreads = spreads separator "\"" peers[p] "\": " spread(row, peers[p])
    }
    printf "%s}, \"peer_spreads\": {%s}, ", medians, spreads
    printf "\"limit\": %s, \"bar\": %s, \"times_go\": %s, \"met\": %s}", \
           cell(row, "limit"), number(bar[row]), number(times[row]), truth(met(row))
    comma = ","
  }
  print "\n]"
}
