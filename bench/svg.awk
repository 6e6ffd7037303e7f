# SPDX-License-Identifier: Apache-2.0
#
# What bench/run.sh --svg draws: one line per row, a dot per peer at its time divided by weft's, on a logarithmic scale.
# Right of the line at 1 a peer is slower than weft, left of it faster. The limit is a short bar.

function x_of(value) { return left + width * (log(value) - log(lowest_x)) / (log(highest_x) - log(lowest_x)) }
function bounded(value) { return value < lowest_x ? lowest_x : value > highest_x ? highest_x : value }

function text(x, y, anchor, class, words) {
  printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">%s</text>\n", x, y, anchor, class, words
}

function line(x, y1, y2, class) {
  printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n", x, y1, x, y2, class
}

function dot(x, y, colour, title) {
  printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"%s\"><title>%s</title></circle>\n", x, y, colour, title
}

function begin_drawing(height) {
  printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\">\n", left + width + 40, height
  print "<style>.s{font-size:12px;fill:#333}.t{font-size:15px;fill:#000}.g{stroke:#ddd}.w{stroke:#000;stroke-width:2}" \
        ".l{stroke:#888;stroke-width:4}</style><rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
  text(20, 24, "start", "t", "Time per operation, relative to weft (right of 1: slower than weft)")
}

function legend(    p, x) {
  x = left
  for (p = 1; p <= peer_count; ++p) {
    dot(x, 46, colours[p], peers[p])
    text(x + 9, 50, "start", "s", peers[p])
    x += 90
  }
  line(x, 40, 52, "l")
  text(x + 9, 50, "start", "s", "limit of the machine")
}

function grid(top, bottom,    value) {
  for (value = lowest_x; value <= highest_x; value *= 10) {
    line(x_of(value), top, bottom, value == 1 ? "w" : "g")
    text(x_of(value), bottom + 16, "middle", "s", value == 1 ? "weft" : value)
  }
}

END {
  left = 190; width = 760; step = 22; top = 66; lowest_x = 0.01; highest_x = 10000
  split("#00add8 #d9480f #7048e8 #2b8a3e #868e96", colours, " ")
  for (i = 1; i <= row_count; ++i) if (has(rows[i], "weft")) drawn[++n] = rows[i]
  bottom = top + n * step
  begin_drawing(bottom + 30)
  legend()
  grid(top, bottom)
  for (i = 1; i <= n; ++i) {
    row = drawn[i]
    y = top + (i - 0.5) * step
    text(left - 12, y + 4, "end", "s", row)
    if (has(row, "limit")) line(x_of(bounded(ratio(row, "limit"))), y - 8, y + 8, "l")
    for (p = 1; p <= peer_count; ++p) {
      if (!has(row, peers[p])) continue
      dot(x_of(bounded(ratio(row, peers[p]))), y, colours[p], sprintf("%s: %.2f %s, weft: %.2f", peers[p], \
          median(row, peers[p]), unit[row], median(row, "weft")))
    }
  }
  print "</svg>"
}
