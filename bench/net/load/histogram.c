// SPDX-License-Identifier: Apache-2.0
//
// Values below 64 have a step of their own; above, the six bits after the leading one choose the step.
#include "load.h"

static unsigned step_of(uint64_t value) {
  if (value < steps_per_power) return (unsigned)value;
  const unsigned power = 63u - (unsigned)__builtin_clzll(value);  // at least 6
  const unsigned step = (power - 5) * steps_per_power + (unsigned)((value >> (power - 6)) & (steps_per_power - 1));
  const unsigned last = powers * steps_per_power - 1;
  return step < last ? step : last;
}

// The middle of a step.
static uint64_t value_of(unsigned step) {
  if (step < steps_per_power) return step;
  const unsigned shift = step / steps_per_power - 1;
  const uint64_t low = (uint64_t)(steps_per_power + step % steps_per_power) << shift;
  return low + ((uint64_t)1 << shift) / 2;
}

void note_latency(struct histogram *h, uint64_t nanoseconds) {
  ++h->count[step_of(nanoseconds)];
  ++h->total;
  if (nanoseconds > h->largest) h->largest = nanoseconds;
}

void add_latencies(struct histogram *to, const struct histogram *more) {
  for (unsigned step = 0; step < powers * steps_per_power; ++step) to->count[step] += more->count[step];
  to->total += more->total;
  if (more->largest > to->largest) to->largest = more->largest;
}

uint64_t quantile(const struct histogram *h, double per_mille) {
  if (h->total == 0) return 0;
  const uint64_t wanted = (uint64_t)((double)h->total * per_mille / 1000.0);
  uint64_t seen = 0;
  for (unsigned step = 0; step < powers * steps_per_power; ++step) {
    seen += h->count[step];
    if (seen > wanted) return value_of(step);
  }
  return h->largest;
}
