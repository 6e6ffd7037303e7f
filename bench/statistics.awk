# SPDX-License-Identifier: Apache-2.0
#
# Shared by table.awk, json.awk and svg.awk: reads rows.txt (fields as its head says) and then the samples, one per line:
#   row peer value
# Values are kept sorted per row and peer.

/^#/ || NF == 0 { next }

FILENAME ~ /rows\.txt$/ {
  rows[++row_count] = $1
  cores[$1] = $3; unit[$1] = $4; bar[$1] = $9; times[$1] = $10
  next
}

# The machine's limit is no peer.
{
  insert($1 SUBSEP $2, $3 + 0)
  measured[$1]
  if ($2 != "weft" && $2 != "limit" && !($2 in known)) { known[$2]; peers[++peer_count] = $2 }
}

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

# A peer's median divided by weft's. Where the two were compared all the time, that is a sample of `row~`.
function ratio(row, peer) {
  return has(row "~", peer) ? median(row "~", peer) : median(row, peer) / median(row, "weft")
}

# yes, no, or - where there is no bar. It may also ask for a multiple of Go's speed.
function met(row) {
  if (bar[row] == "-" || !has(row, "weft")) return "-"
  if (median(row, "weft") > bar[row]) return "no"
  if (times[row] != "-" && has(row, "go") && ratio(row, "go") < times[row]) return "no"
  return "yes"
}
