# SPDX-License-Identifier: Apache-2.0
#
# Shared by table.awk and json.awk: reads rows.txt (fields as its head says) and then the samples, one per line:
#   row peer value
# Values are kept sorted per row and peer.

/^#/ || NF == 0 { next }

FILENAME ~ /rows\.txt$/ {
  rows[++row_count] = $1
  cores[$1] = $3; unit[$1] = $4; first_bar[$1] = $9; final_bar[$1] = $10; times[$1] = $11
  next
}

{ insert($1 SUBSEP $2, $3 + 0); if (!($2 in known)) { known[$2]; peers[++peer_count] = $2 } }

function insert(key, value,    i) {
  for (i = ++samples[key]; i > 1 && sample[key, i - 1] > value; --i) sample[key, i] = sample[key, i - 1]
  sample[key, i] = value
}

function has(row, peer) { return (row SUBSEP peer) in samples }
function lowest(row, peer) { return sample[row, peer, 1] }
function highest(row, peer) { return sample[row, peer, samples[row, peer]] }

function median(row, peer,    n, middle) {
  n = samples[row, peer]
  middle = int((n + 1) / 2)
  return n % 2 ? sample[row, peer, middle] : (sample[row, peer, middle] + sample[row, peer, middle + 1]) / 2
}

# yes, no, or - where there is no bar. The final bar also asks for a multiple of Go's speed.
function met(row, bar, factor) {
  if (bar == "-" || !has(row, "weft")) return "-"
  if (median(row, "weft") > bar) return "no"
  if (factor != "-" && has(row, "go") && median(row, "go") < factor * median(row, "weft")) return "no"
  return "yes"
}
