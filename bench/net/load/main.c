// SPDX-License-Identifier: Apache-2.0
//
// load: one thread that puts a server under load and checks every byte it gets back.
//
//   load closed PORT [option value]...   each connection sends the next request when it has the answer to the last
//   load open   PORT rate R ...          requests begin by the clock, R per second, whether the server keeps up or not
//   load turns  PORT,PORT... ...         closed loops against several servers, a slice of time for each in turn; with
//                                        rate R,R... open ones (turns.c)
//   load idle   PORT ...                 all connections are open and silent; one at a time is spoken to
//
//   options: protocol echo|http, connections 100, bytes 64, seconds 2 (for each server), warmup 0.5, slice 0.03 (open
//            loops 0.2), pid SERVER[,SERVER...]
//
// It prints what it has found as lines of a name and a number: `rate` (answers per second), `p50 p99 p999 max` (ns),
// and with a pid, of closed loops, `cpu` (the server's processor time per answer, ns) and `busy` (how much of the time
// it ran, 0 to 1), of idle, `memory` (bytes per connection, page tables included). With turns the number of the server,
// from 0, stands before each line, and `times_cpu`, `times_p99` and so on are there: how many times as much as of the
// first. Exit status 1 if an answer is wrong or fails to come.
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
static struct setup setup = {.how = {protocol_echo, 64}, .connections = 100, .seconds = 2, .warmup = 0.5};

static struct loop loop;

// ---- idle connections ----------------------------------------------------------------------------------------------

static void ask_once(struct connection *c) {
  const uint64_t begun = now_ns();
  send_request(&setup.how, c, begun);
  while (!receive_answer(&setup.how, c)) {
    if (now_ns() - begun > 5000000000u) fail("port %d, connection %u: no answer for five seconds", c->port, c->number);
  }
}

static void run_idle(void) {
  uint64_t chance = 88172645463325252u;  // xorshift
  while (now_ns() < loop.last) {
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    struct connection *const c = &loop.connections[chance % setup.connections];
    usleep(200);  // so that the server sleeps
    ask_once(c);
    note_latency(&loop.latencies, now_ns() - c->intended);
    ++loop.answered;
  }
  loop.passed = loop.last - loop.first;
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
    setup.rates = parse_numbers(value, setup.rate);
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
  if (mode == mode_open && setup.rates == 0) fail("an open loop needs a rate");
  if (setup.rates != 0 && setup.rates != setup.ports) fail("%zu ports and %zu rates", setup.ports, setup.rates);
  for (size_t i = 0; i < setup.rates; ++i) {
    if (setup.rate[i] <= 0) fail("not a rate: %d", setup.rate[i]);
  }
  if (setup.slice == 0) setup.slice = setup.rates != 0 ? 0.2 : 0.03;
  if (mode == mode_turns && setup.slice < 0.001) fail("a slice is a millisecond or longer");
  if (mode != mode_turns && setup.ports != 1) fail("several servers only in turns");
  if (setup.pids != 0 && setup.pids != setup.ports) fail("%zu ports and %zu pids", setup.ports, setup.pids);
}

static void run_one(void) {
  loop.pid = setup.pid[0];
  loop.rate = setup.rate[0];
  loop.set = epoll_create1(EPOLL_CLOEXEC);
  loop.connections = calloc(setup.connections, sizeof *loop.connections);
  const uint64_t memory_before = memory_of(loop.pid);
  for (uint32_t i = 0; i < setup.connections; ++i) {
    struct connection *const c = &loop.connections[i];
    const bool borrows = mode == mode_idle && i != 0;  // one at a time needs room
    open_connection(c, i, setup.port[0], loop.set, borrows ? loop.connections : NULL);
    if (mode == mode_idle) ask_once(c);
  }
  const uint64_t memory_after = memory_of(loop.pid);
  loop.first = now_ns() + (uint64_t)(setup.warmup * 1e9);
  loop.last = loop.first + (uint64_t)(setup.seconds * 1e9);
  if (mode == mode_closed) run_closed(&setup, &loop);
  if (mode == mode_open) run_open(&setup, &loop);
  if (mode == mode_idle) run_idle();
  if (loop.answered == 0) fail("not one answer in time");
  printf("rate %.1f\n", (double)loop.answered * 1e9 / (double)loop.passed);
  printf("p50 %lu\np99 %lu\np999 %lu\nmax %lu\n", quantile(&loop.latencies, 500), quantile(&loop.latencies, 990),
         quantile(&loop.latencies, 999), loop.latencies.largest);
  if (loop.pid == 0) return;
  printf("memory %.0f\n", ((double)memory_after - (double)memory_before) / setup.connections);
  if (mode != mode_closed) return;
  printf("cpu %.1f\n", (double)loop.cpu / (double)loop.answered);
  printf("busy %.3f\n", (double)loop.cpu / (double)loop.passed);
}

int main(int argc, char **argv) {
  parse(argc, argv);
  if (mode == mode_turns)
    run_turns(&setup);
  else
    run_one();
  return 0;
}
