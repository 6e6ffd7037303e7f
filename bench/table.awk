# SPDX-License-Identifier: Apache-2.0
#
# The table that bench/run.sh prints. "x go": Go's median divided by weft's.

function figure(value, unit) { return sprintf(value < 100 && unit == "ns" ? "%.1f" : "%.0f", value) }

END {
  format = "%-24s %4s %9s %19s %9s %7s %7s %4s %7s %7s %4s\n"
  printf format, "workload", "unit", "weft", "spread", "go", "x go", "first", "met", "bar", "x bar", "met"
  for (i = 1; i <= row_count; ++i) {
    row = rows[i]
    if (!has(row, "weft") && !has(row, "go")) continue
    weft = spread = go = ratio = "-"
    if (has(row, "weft")) {
      weft = figure(median(row, "weft"), unit[row])
      spread = figure(lowest(row, "weft"), unit[row]) ".." figure(highest(row, "weft"), unit[row])
    }
    if (has(row, "go")) go = figure(median(row, "go"), unit[row])
    if (has(row, "weft") && has(row, "go")) ratio = sprintf("%.2f", median(row, "go") / median(row, "weft"))
    printf format, row, unit[row], weft, spread, go, ratio, first_bar[row], met(row, first_bar[row], "-"), \
           final_bar[row], times[row], met(row, final_bar[row], times[row])
  }
}
