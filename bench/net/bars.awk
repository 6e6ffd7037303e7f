# SPDX-License-Identifier: Apache-2.0
#
# Shared by table.awk and json.awk: whether weft is as fast as rows.txt asks for: yes, no, or - where there is no bar.
# (statistics.awk calls the two columns bar and times.)

function reached(row,    judged) {
  if (!has(row, "weft")) return "-"
  judged = 0
  if (bar[row] != "-" && has(row, "epoll")) {
    judged = 1
    if (ratio(row, "epoll") < bar[row]) return "no"
  }
  if (times[row] != "-" && has(row, "go")) {
    judged = 1
    if (ratio(row, "go") < times[row]) return "no"
  }
  return judged ? "yes" : "-"
}
