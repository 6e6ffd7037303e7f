# SPDX-License-Identifier: Apache-2.0
#
# Reads curves.txt and then points, one per line ("curve x peer value"), and prints a table of medians, or with
# -v drawing=1 an SVG with one panel per curve: x on a logarithmic scale, nanoseconds from 0.

/^#/ || NF == 0 { next }

FILENAME ~ /curves\.txt$/ {
  curves[++curve_count] = $1
  of[$1] = $8
  for (i = 9; i <= NF; ++i) of[$1] = of[$1] " " $i
  next
}

{
  key = $1 SUBSEP $2 SUBSEP $3
  for (i = ++samples[key]; i > 1 && sample[key, i - 1] > $4; --i) sample[key, i] = sample[key, i - 1]
  sample[key, i] = $4 + 0
  if (!(($1, $2) in seen)) { seen[$1, $2]; xs[$1, ++points[$1]] = $2 + 0 }
  if (!($3 in known)) { known[$3]; peers[++peer_count] = $3 }
}

function median(curve, x, peer,    key, n, middle) {
  key = curve SUBSEP x SUBSEP peer
  n = samples[key]
  middle = int((n + 1) / 2)
  return n % 2 ? sample[key, middle] : (sample[key, middle] + sample[key, middle + 1]) / 2
}

function table(curve,    i, p) {
  printf "\n%s: ns per operation, by the number of %s\n%12s", curve, of[curve], "x"
  for (p = 1; p <= peer_count; ++p) printf " %10s", peers[p]
  print ""
  for (i = 1; i <= points[curve]; ++i) {
    printf "%12d", xs[curve, i]
    for (p = 1; p <= peer_count; ++p) printf " %10.1f", median(curve, xs[curve, i], peers[p])
    print ""
  }
}

function panel(curve, top,    i, p, highest, value, path, x) {
  highest = 0
  for (i = 1; i <= points[curve]; ++i)
    for (p = 1; p <= peer_count; ++p)
      if ((value = median(curve, xs[curve, i], peers[p])) > highest) highest = value
  printf "<text x=\"20\" y=\"%d\" class=\"t\">%s: ns by the number of %s</text>\n", top + 14, curve, of[curve]
  printf "<text x=\"84\" y=\"%d\" class=\"s\" text-anchor=\"end\">%.0f</text>", top + 34, highest
  printf "<text x=\"84\" y=\"%d\" class=\"s\" text-anchor=\"end\">0</text>\n", top + 174
  printf "<path d=\"M90 %d V%d H560\" class=\"a\"/>\n", top + 30, top + 170
  for (p = 1; p <= peer_count; ++p) {
    path = ""
    for (i = 1; i <= points[curve]; ++i) {
      x = 90 + 470 * (points[curve] > 1 ? (i - 1) / (points[curve] - 1) : 0)
      path = path (i == 1 ? "M" : " L") sprintf("%.0f %.0f", x, top + 170 - 140 * median(curve, xs[curve, i], peers[p]) / highest)
      if (p == 1) printf "<text x=\"%.0f\" y=\"%d\" class=\"s\" text-anchor=\"middle\">%d</text>\n", x, top + 186, xs[curve, i]
    }
    printf "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n", path, colours[p]
    printf "<text x=\"%d\" y=\"%d\" class=\"s\" fill=\"%s\">%s</text>\n", 570, top + 30 + 16 * p, colours[p], peers[p]
  }
}

END {
  if (!drawing) {
    for (i = 1; i <= curve_count; ++i) if (points[curves[i]]) table(curves[i])
    exit
  }
  split("#000000 #00add8", colours, " ")
  for (i = 1; i <= curve_count; ++i) if (points[curves[i]]) ++panels
  printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 %d\" font-family=\"sans-serif\">\n", panels * 210 + 10
  print "<style>.s{font-size:11px}.t{font-size:13px}.a{fill:none;stroke:#888}</style><rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
  for (i = 1; i <= curve_count; ++i) if (points[curves[i]]) panel(curves[i], 210 * shown++ + 5)
  print "</svg>"
}
