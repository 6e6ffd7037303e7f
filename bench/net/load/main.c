// SPDX-License-Identifier: Apache-2.0
//
// load: one thread that puts a server under load and checks every byte it gets back.
//
//   load closed PORT [option value]...   each connection sends the next request when it has the answer to the last
//   load turns  PORT,PORT,... ...        the same with several servers, a slice of time for each in turn (turns.c)
//   load open   PORT rate 50000 ...      requests begin by the clock, whether the server keeps up or not
//   load idle   PORT ...                 all connections are open and silent; one at a time is spoken to
//
//   options: protocol echo|http, connections 100, bytes 64, seconds 2 (for each server), warmup 0.5, slice 0.03,
//            rate R per second, pid SERVER[,SERVER...]
//
// It prints what it has found as lines of a name and a number: `rate` (answers per second), `p50 p99 p999 max` (ns),
// and with a pid `cpu` (the server's processor time per answer, ns), `busy` (how much of the time it ran, 0 to 1) and,
// idle, `memory` (bytes per connection, page tables included). With turns the number of the server, from 0, stands
// before each line, and there are also `times_interval` and `times_cpu`: how many times as long as the first one this
// one takes for an answer. Exit status 1 if an answer is wrong or fails to come.
//
// Coordinated omission. In an open loop request i belongs to connection i modulo their number, and is to begin at
// start + i / rate. Its latency counts from that moment, also when it had to wait because its connection had no answer
// yet, or because this program was late. What is still unanswered at the end counts with the time it has waited so far.
//
// Where latencies count it spins rather than sleeps, on a processor of its own: a sleeping generator would measure its
// own wake-ups. In a closed loop it sleeps when no answer is there: spinning there wins nothing, and its looks are in
// the way of the server that tells its set of an answer.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "load.h"

enum mode { mode_closed, mode_turns, mode_open, mode_idle, modes };

static enum mode mode;
static struct setup setup = {
    .how = {protocol_echo, 64}, .connections = 100, .seconds = 2, .warmup = 0.5, .slice = 0.03};

static struct connection *connections;
static int set;
static struct histogram latencies;
static uint64_t first_moment, last_moment;  // what ends, or was to begin, between them counts
static uint64_t answered;                   // between them

// ---- closed loop ---------------------------------------------------------------------------------------------------

static void run_closed(void) {
  struct epoll_event events[256];
  for (uint32_t i = 0; i < setup.connections; ++i) send_request(&setup.how, &connections[i], now_ns());
  uint64_t time = now_ns();
  while (time < last_moment) {
    const int n = epoll_wait(set, events, 256, 5000);
    if (n == 0) fail("no answer for five seconds");
    time = now_ns();
    for (int i = 0; i < n; ++i) {
      struct connection *const c = events[i].data.ptr;
      if (!receive_answer(&setup.how, c)) continue;
      if (time >= first_moment && time < last_moment) {
        note_latency(&latencies, time - c->intended);
        ++answered;
      }
      send_request(&setup.how, c, time);
    }
  }
}

// ---- open loop -----------------------------------------------------------------------------------------------------

static double interval_ns;
static uint64_t started;

static uint64_t moment_of(uint64_t request) { return started + (uint64_t)((double)request * interval_ns); }

static void note_open(uint64_t intended, uint64_t end) {
  if (intended < first_moment || intended >= last_moment) return;
  note_latency(&latencies, end - intended);
  ++answered;
}

// Begins the connection's next request if it is due.
static void go_on(struct connection *c, uint64_t time) {
  const uint64_t due = moment_of(c->requests * setup.connections + c->number);
  if (!c->busy && due <= time && due < last_moment) send_request(&setup.how, c, due);
}

static void run_open(void) {
  struct epoll_event events[256];
  uint64_t next = 0;  // the first request that is not due yet
  interval_ns = 1e9 / setup.rate;
  started = now_ns();
  const uint64_t give_up = last_moment + 2000000000u;
  uint32_t under_way = 1;
  for (uint64_t time = started; time < last_moment || (under_way != 0 && time < give_up); time = now_ns()) {
    for (; moment_of(next) <= time && moment_of(next) < last_moment; ++next) {
      go_on(&connections[next % setup.connections], time);
    }
    const int n = epoll_wait(set, events, 256, 0);
    const uint64_t got = now_ns();
    for (int i = 0; i < n; ++i) {
      struct connection *const c = events[i].data.ptr;
      if (!receive_answer(&setup.how, c)) continue;
      note_open(c->intended, got);
      go_on(c, got);
    }
    under_way = 0;
    if (time >= last_moment) {
      for (uint32_t i = 0; i < setup.connections; ++i) under_way += connections[i].busy;
    }
  }
  const uint64_t end = now_ns();
  for (uint32_t i = 0; i < setup.connections; ++i) {  // what is due and has no answer
    struct connection *const c = &connections[i];
    if (c->busy) note_open(c->intended, end);
    for (uint64_t k = c->requests; moment_of(k * setup.connections + i) < last_moment; ++k) {
      note_open(moment_of(k * setup.connections + i), end);
    }
  }
}

// ---- idle connections ----------------------------------------------------------------------------------------------

static void ask_once(struct connection *c) {
  const uint64_t begun = now_ns();
  send_request(&setup.how, c, begun);
  while (!receive_answer(&setup.how, c)) {
    if (now_ns() - begun > 5000000000u) fail("connection %u: no answer for five seconds", c->number);
  }
}

static void run_idle(void) {
  uint64_t chance = 88172645463325252u;  // xorshift
  while (now_ns() < last_moment) {
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    struct connection *const c = &connections[chance % setup.connections];
    usleep(200);  // so that the server sleeps
    ask_once(c);
    note_latency(&latencies, now_ns() - c->intended);
    ++answered;
  }
}

// ---- main ----------------------------------------------------------------------------------------------------------

// Numbers with commas between them; returns how many.
static size_t parse_numbers(const char *text, int *numbers) {
  size_t n = 0;
  for (const char *at = text; at != NULL; at = strchr(at, ',')) {
    if (*at == ',') ++at;
    if (n == most_servers) fail("more than %d servers", (int)most_servers);
    numbers[n++] = atoi(at);
  }
  return n;
}

static void parse_option(const char *name, const char *value) {
  if (strcmp(name, "protocol") == 0) {
    setup.how.protocol = strcmp(value, "http") == 0 ? protocol_http : protocol_echo;
  } else if (strcmp(name, "connections") == 0) {
    setup.connections = (uint32_t)atoi(value);
  } else if (strcmp(name, "bytes") == 0) {
    setup.how.bytes = (size_t)atoi(value);
  } else if (strcmp(name, "seconds") == 0) {
    setup.seconds = atof(value);
  } else if (strcmp(name, "warmup") == 0) {
    setup.warmup = atof(value);
  } else if (strcmp(name, "slice") == 0) {
    setup.slice = atof(value);
  } else if (strcmp(name, "rate") == 0) {
    setup.rate = atof(value);
  } else if (strcmp(name, "pid") == 0) {
    setup.pids = parse_numbers(value, setup.pid);
  } else {
    fail("unknown option '%s'", name);
  }
}

static void parse(int argc, char **argv) {
  static const char *const names[] = {"closed", "turns", "open", "idle"};
  if (argc < 3 || argc % 2 == 0) fail("usage: load closed|turns|open|idle PORT[,PORT...] [OPTION VALUE]...");
  while (mode < modes && strcmp(argv[1], names[mode]) != 0) ++mode;
  if (mode == modes) fail("unknown mode '%s'", argv[1]);
  setup.ports = parse_numbers(argv[2], setup.port);
  for (int i = 3; i + 1 < argc; i += 2) parse_option(argv[i], argv[i + 1]);
  if (setup.connections == 0 || setup.how.bytes == 0 || setup.how.bytes >= most_bytes) fail("nothing to do");
  if (mode == mode_open && setup.rate <= 0) fail("an open loop needs a rate");
  if (mode == mode_turns && setup.slice < 0.001) fail("a slice is a millisecond or longer");
  if (mode != mode_turns && setup.ports != 1) fail("several servers only in turns");
  if (setup.pids != 0 && setup.pids != setup.ports) fail("%zu ports and %zu pids", setup.ports, setup.pids);
}

static void run_one(int pid) {
  set = epoll_create1(EPOLL_CLOEXEC);
  connections = calloc(setup.connections, sizeof *connections);
  const uint64_t memory_before = memory_of(pid);
  for (uint32_t i = 0; i < setup.connections; ++i) {
    const bool borrows = mode == mode_idle && i != 0;  // one at a time needs room
    open_connection(&connections[i], i, setup.port[0], set, borrows ? connections : NULL);
    if (mode == mode_idle) ask_once(&connections[i]);
  }
  const uint64_t memory_after = memory_of(pid);
  first_moment = now_ns() + (uint64_t)(setup.warmup * 1e9);
  last_moment = first_moment + (uint64_t)(setup.seconds * 1e9);
  const uint64_t begun = now_ns(), cpu_before = processor_time_of(pid);
  if (mode == mode_closed) run_closed();
  if (mode == mode_open) run_open();
  if (mode == mode_idle) run_idle();
  const double cpu = (double)(processor_time_of(pid) - cpu_before);
  uint64_t all = 0;
  for (uint32_t i = 0; i < setup.connections; ++i) all += connections[i].requests;
  if (answered == 0) fail("not one answer in time");
  printf("rate %.1f\n", (double)answered / setup.seconds);
  printf("p50 %lu\np99 %lu\np999 %lu\nmax %lu\n", quantile(&latencies, 500), quantile(&latencies, 990),
         quantile(&latencies, 999), latencies.largest);
  if (pid == 0) return;
  printf("cpu %.1f\nbusy %.3f\n", cpu / (double)all, cpu / (double)(now_ns() - begun));
  printf("memory %.0f\n", ((double)memory_after - (double)memory_before) / setup.connections);
}

int main(int argc, char **argv) {
  parse(argc, argv);
  if (mode == mode_turns)
    run_turns(&setup);
  else
    run_one(setup.pid[0]);
  return 0;
}
