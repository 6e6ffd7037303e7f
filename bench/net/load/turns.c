// SPDX-License-Identifier: Apache-2.0
//
// Closed loops against several servers, a slice of time for each in turn: 1 2 3, 3 2 1, 1 2 3, ...
//
// A machine that others use, too, is faster in one second than in the next, by a tenth and more: so much two servers
// differ that are measured one after the other, for no reason of theirs. Between two slices of 30 ms it changes less,
// and what is left goes either way. So every round of turns compares all servers, and the median of the rounds is good
// for two per cent after four seconds. (In slices of 10 ms it counts too much that the caches are the last server's; in
// slices of 100 ms the machine's own changes are in the way.)
//
// In a slice all connections send; its first fifth passes unmeasured, because the caches are the last server's; then
// the answers are counted until it is over, and those that are still under way are waited for before the next slice
// begins. A round in which a server gave no answer in its time (something else had the processor) counts for nobody.
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "load.h"

enum measure { measure_interval, measure_cpu, measures };

struct server {
  int port, pid, set;
  struct connection *connections;
  struct histogram latencies;
  double *found[measures];  // in each round: ns per answer
  double ran, passed;       // ns, of what was measured
};

static struct server *servers;
static size_t server_count, round_count, most_rounds;
static double *room;  // for most_rounds

static void open_servers(const struct setup *setup) {
  server_count = setup->ports;
  most_rounds = (size_t)(setup->seconds / setup->slice) + 1;
  room = calloc(most_rounds, sizeof *room);
  servers = calloc(server_count, sizeof *servers);
  for (size_t i = 0; i < server_count; ++i) {
    struct server *const s = &servers[i];
    s->port = setup->port[i];
    s->pid = setup->pid[i];
    s->set = epoll_create1(EPOLL_CLOEXEC);
    s->connections = calloc(setup->connections, sizeof *s->connections);
    for (int m = 0; m < measures; ++m) s->found[m] = calloc(most_rounds, sizeof *s->found[m]);
    for (uint32_t c = 0; c < setup->connections; ++c) open_connection(&s->connections[c], c, s->port, s->set, NULL);
  }
}

// False: no answer in time.
static bool run_slice(const struct setup *setup, struct server *s, bool counts) {
  struct epoll_event events[256];
  const uint64_t start = now_ns(), last = start + (uint64_t)(setup->slice * 1e9), first = start + (last - start) / 5;
  uint64_t begun = 0, ended = 0, answered = 0, cpu = 0;
  uint32_t under_way = setup->connections;
  for (uint32_t c = 0; c < setup->connections; ++c) send_request(&setup->how, &s->connections[c], now_ns());
  while (under_way != 0) {
    const int n = epoll_wait(s->set, events, 256, 5000);
    if (n == 0) fail("no answer for five seconds");
    const uint64_t time = now_ns();
    if (begun == 0 && time >= first) {
      begun = time;
      cpu = processor_time_of(s->pid);
    }
    if (ended == 0 && time >= last) {
      ended = time;
      cpu = processor_time_of(s->pid) - cpu;
    }
    for (int i = 0; i < n; ++i) {
      struct connection *const c = events[i].data.ptr;
      if (!receive_answer(&setup->how, c)) continue;
      if (begun != 0 && ended == 0) {
        if (counts) note_latency(&s->latencies, time - c->intended);
        ++answered;
      }
      if (ended != 0)
        --under_way;
      else
        send_request(&setup->how, c, time);
    }
  }
  if (answered == 0 || (s->pid != 0 && cpu == 0)) return false;
  s->found[measure_interval][round_count] = (double)(ended - begun) / (double)answered;
  s->found[measure_cpu][round_count] = (double)cpu / (double)answered;
  if (counts) {
    s->ran += (double)cpu;
    s->passed += (double)(ended - begun);
  }
  return true;
}

// False: it does not count.
static bool run_round(const struct setup *setup, bool backward, bool counts) {
  bool whole = true;
  for (size_t i = 0; i < server_count; ++i) {
    struct server *const s = &servers[backward ? server_count - 1 - i : i];
    if (!run_slice(setup, s, counts)) whole = false;
  }
  return whole;
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

// Of what was found in the rounds; of how many times as much as `over` it is, if there is one.
static double median(const double *found, const double *over) {
  for (size_t r = 0; r < round_count; ++r) room[r] = over != NULL ? found[r] / over[r] : found[r];
  qsort(room, round_count, sizeof *room, compare);
  return (room[(round_count - 1) / 2] + room[round_count / 2]) / 2;
}

static void print_found(void) {
  for (size_t i = 0; i < server_count; ++i) {
    const struct server *const s = &servers[i];
    printf("%zu rate %.1f\n", i, 1e9 / median(s->found[measure_interval], NULL));
    printf("%zu times_interval %.5f\n", i, median(s->found[measure_interval], servers[0].found[measure_interval]));
    printf("%zu p50 %lu\n%zu p99 %lu\n%zu p999 %lu\n%zu max %lu\n", i, quantile(&s->latencies, 500), i,
           quantile(&s->latencies, 990), i, quantile(&s->latencies, 999), i, s->latencies.largest);
    if (s->pid == 0) continue;
    printf("%zu cpu %.1f\n%zu busy %.3f\n", i, median(s->found[measure_cpu], NULL), i, s->ran / s->passed);
    printf("%zu times_cpu %.5f\n", i, median(s->found[measure_cpu], servers[0].found[measure_cpu]));
  }
}

void run_turns(const struct setup *setup) {
  open_servers(setup);
  const uint64_t first = now_ns() + (uint64_t)(setup->warmup * 1e9);
  const uint64_t last = first + (uint64_t)(setup->seconds * 1e9 * (double)server_count);
  bool backward = false;
  for (uint64_t time = now_ns(); time < last && round_count < most_rounds; time = now_ns(), backward = !backward) {
    if (run_round(setup, backward, time >= first) && time >= first) ++round_count;
  }
  if (round_count == 0) fail("not one round of turns in time");
  print_found();
}
