// SPDX-License-Identifier: Apache-2.0
//
// Several servers under load, a slice of time for each in turn: 1 2 3, 3 2 1, 1 2 3, ...
//
// A machine that others use, too, is faster in one second than in the next, by a tenth and more: so much two servers
// differ that are measured one after the other, for no reason of theirs. Between two short slices it changes less, and
// what is left goes either way. So every round of turns compares all servers, and what counts is the median of the
// rounds: of closed loops against two servers it is good for three per cent after four seconds, most of which is what
// differs from start to start of the same server.
//
// Closed loops have slices of 30 ms. (In slices of 10 ms it counts too much that the caches are the last server's; in
// slices of 100 ms the machine's own changes are in the way.) Open loops have 200 ms, so that a slice has a p999. The
// first fifth passes unmeasured, and what is under way at the end is waited for before the next slice begins. The
// quantiles that are printed are those of all slices together. A round in which a server gave no answer in its time
// (something else had the processor) counts for nobody; how many there were is said on stderr.
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "load.h"

enum measure { measure_interval, measure_cpu, measure_p50, measure_p99, measure_p999, measures };
static const char *const names[] = {"interval", "cpu", "p50", "p99", "p999"};

struct server {
  struct loop loop;         // of the slice
  struct histogram all;     // of all slices
  double ran, passed;       // ns, of what was measured
  double *found[measures];  // in each round
};

static struct server *servers;
static size_t server_count, round_count, most_rounds, rounds_lost;
static double *room;  // for most_rounds

static void open_servers(const struct setup *setup) {
  server_count = setup->ports;
  most_rounds = (size_t)(setup->seconds / setup->slice) + 1;
  room = calloc(most_rounds, sizeof *room);
  servers = calloc(server_count, sizeof *servers);
  for (size_t i = 0; i < server_count; ++i) {
    struct loop *const l = &servers[i].loop;
    l->pid = setup->pid[i];
    l->rate = setup->rate[i];
    l->set = epoll_create1(EPOLL_CLOEXEC);
    l->connections = calloc(setup->connections, sizeof *l->connections);
    for (uint32_t c = 0; c < setup->connections; ++c) {
      open_connection(&l->connections[c], c, setup->port[i], l->set, NULL);
    }
    for (int m = 0; m < measures; ++m) servers[i].found[m] = calloc(most_rounds, sizeof(double));
  }
}

// False: no answer in time.
static bool run_slice(const struct setup *setup, struct server *s) {
  struct loop *const l = &s->loop;
  const uint64_t length = (uint64_t)(setup->slice * 1e9);
  l->latencies = (struct histogram){0};
  l->answered = 0;
  l->first = now_ns() + length / 5;
  l->last = l->first + length - length / 5;
  if (setup->rates != 0)
    run_open(setup, l);
  else
    run_closed(setup, l);
  if (any_busy(setup, l)) fail("port %d: no answer for two seconds", l->connections[0].port);
  if (l->answered == 0 || (setup->rates == 0 && l->pid != 0 && l->cpu == 0)) return false;
  s->found[measure_interval][round_count] = (double)l->passed / (double)l->answered;
  s->found[measure_cpu][round_count] = (double)l->cpu / (double)l->answered;
  s->found[measure_p50][round_count] = (double)quantile(&l->latencies, 500);
  s->found[measure_p99][round_count] = (double)quantile(&l->latencies, 990);
  s->found[measure_p999][round_count] = (double)quantile(&l->latencies, 999);
  return true;
}

static void run_round(const struct setup *setup, bool backward, bool counts) {
  bool whole = true;
  for (size_t i = 0; i < server_count; ++i) {
    if (!run_slice(setup, &servers[backward ? server_count - 1 - i : i])) whole = false;
  }
  if (counts && !whole) ++rounds_lost;
  if (!counts || !whole) return;
  ++round_count;
  for (size_t i = 0; i < server_count; ++i) {
    add_latencies(&servers[i].all, &servers[i].loop.latencies);
    servers[i].ran += (double)servers[i].loop.cpu;
    servers[i].passed += (double)servers[i].loop.passed;
  }
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

static void print_found(const struct setup *setup) {
  for (size_t i = 0; i < server_count; ++i) {
    const struct server *const s = &servers[i];
    printf("%zu rate %.1f\n", i, 1e9 / median(s->found[measure_interval], NULL));
    printf("%zu p50 %lu\n%zu p99 %lu\n%zu p999 %lu\n%zu max %lu\n", i, quantile(&s->all, 500), i,
           quantile(&s->all, 990), i, quantile(&s->all, 999), i, s->all.largest);
    const bool knows_cpu = setup->pids != 0 && setup->rates == 0;
    if (knows_cpu) printf("%zu cpu %.1f\n", i, median(s->found[measure_cpu], NULL));
    if (knows_cpu) printf("%zu busy %.3f\n", i, s->ran / s->passed);
    for (int m = 0; m < measures; ++m) {
      if (m == measure_cpu && !knows_cpu) continue;
      printf("%zu times_%s %.5f\n", i, names[m], median(s->found[m], servers[0].found[m]));
    }
  }
}

void run_turns(const struct setup *setup) {
  open_servers(setup);
  const double all = 1e9 * (double)server_count;
  const uint64_t first = now_ns() + (uint64_t)(setup->warmup * all), last = first + (uint64_t)(setup->seconds * all);
  bool backward = false;
  for (uint64_t time = now_ns(); time < last && round_count < most_rounds; time = now_ns(), backward = !backward) {
    run_round(setup, backward, time >= first);
  }
  if (round_count == 0) run_round(setup, backward, true);
  if (round_count == 0) fail("not one round of turns in time");
  const size_t rounds = round_count + rounds_lost;
  if (rounds_lost != 0) fprintf(stderr, "%zu of %zu rounds of turns count for nobody\n", rounds_lost, rounds);
  print_found(setup);
}
