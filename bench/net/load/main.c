// SPDX-License-Identifier: Apache-2.0
//
// load: one thread that puts a server under load and checks every byte it gets back.
//
//   load closed PORT [option value]...   each connection sends the next request when it has the answer to the last
//   load open   PORT rate 50000 ...      requests begin by the clock, whether the server keeps up or not
//   load idle   PORT ...                 all connections are open and silent; one at a time is spoken to
//
//   options: protocol echo|http, connections 100, bytes 64, seconds 2, warmup 0.5, rate R per second, pid SERVER
//
// It prints what it has found as lines of a name and a number: `rate` (answers per second), `p50 p99 p999 max` (ns),
// and with a pid `cpu` (the server's processor time per answer, ns), `busy` (how much of the time it ran, 0 to 1) and,
// idle, `memory` (bytes per connection, page tables included). Exit status 1 if an answer is wrong or fails to come.
//
// Coordinated omission. In an open loop request i belongs to connection i modulo their number, and is to begin at
// start + i / rate. Its latency counts from that moment, also when it had to wait because its connection had no answer
// yet, or because this program was late. What is still unanswered at the end counts with the time it has waited so far.
//
// It spins rather than sleeps, on a processor of its own: a sleeping generator would measure its own wake-ups.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"

enum mode { mode_closed, mode_open, mode_idle };

static struct {
  enum mode mode;
  int port;
  struct conversation how;
  uint32_t connections;
  double seconds, warmup, rate;
  int pid;
} setup = {.how = {protocol_echo, 64}, .connections = 100, .seconds = 2, .warmup = 0.5};

static struct connection *connections;
static int set;
static struct histogram latencies;
static uint64_t first_moment, last_moment;  // what ends, or was to begin, between them counts
static uint64_t answered;                   // between them

// ---- connections ---------------------------------------------------------------------------------------------------

static void open_connection(struct connection *c, uint32_t number) {
  const struct sockaddr_in to = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)setup.port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  const int on = 1;
  c->number = number;
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (c->fd < 0 || connect(c->fd, (const struct sockaddr *)&to, sizeof to) != 0) {
    fail("connection %u: %s", number, strerror(errno));
  }
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
  if (epoll_ctl(set, EPOLL_CTL_ADD, c->fd, &event) != 0) fail("epoll_ctl: %s", strerror(errno));
  if (setup.mode == mode_idle && number != 0) {  // one at a time needs room
    c->request = connections[0].request;
    c->answer = connections[0].answer;
  } else {
    c->request = malloc(most_bytes);
    c->answer = malloc(most_bytes);
  }
}

// Small requests into an empty socket: they always fit.
static void send_request(struct connection *c, uint64_t intended) {
  c->intended = intended;
  make_request(&setup.how, c);
  const ssize_t n = send(c->fd, c->request, c->size, MSG_NOSIGNAL);
  if (n != (ssize_t)c->size) fail("connection %u: sent %zd of %zu bytes: %s", c->number, n, c->size, strerror(errno));
}

// True if the answer is whole now.
static bool receive_answer(struct connection *c) {
  const ssize_t n = recv(c->fd, c->answer + c->got, most_bytes - 1 - c->got, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (n <= 0) fail("connection %u was closed: %s", c->number, n < 0 ? strerror(errno) : "end of data");
  if (!c->busy) fail("connection %u: an answer that nobody asked for", c->number);
  c->got += (size_t)n;
  if (!is_answered(&setup.how, c)) return false;
  c->busy = false;
  return true;
}

// ---- closed loop ---------------------------------------------------------------------------------------------------

static void run_closed(void) {
  struct epoll_event events[256];
  for (uint32_t i = 0; i < setup.connections; ++i) send_request(&connections[i], now_ns());
  uint64_t time = now_ns();
  while (time < last_moment) {
    const int n = epoll_wait(set, events, 256, 5000);
    if (n == 0) fail("no answer for five seconds");
    time = now_ns();
    for (int i = 0; i < n; ++i) {
      struct connection *const c = events[i].data.ptr;
      if (!receive_answer(c)) continue;
      if (time >= first_moment && time < last_moment) {
        note_latency(&latencies, time - c->intended);
        ++answered;
      }
      send_request(c, time);
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
  if (!c->busy && due <= time && due < last_moment) send_request(c, due);
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
      if (!receive_answer(c)) continue;
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
  send_request(c, begun);
  while (!receive_answer(c)) {
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

static void parse(int argc, char **argv) {
  static const char *const modes[] = {"closed", "open", "idle"};
  if (argc < 3 || argc % 2 == 0) fail("usage: load closed|open|idle PORT [OPTION VALUE]...");
  unsigned mode = 0;
  while (mode < 3 && strcmp(argv[1], modes[mode]) != 0) ++mode;
  if (mode == 3) fail("unknown mode '%s'", argv[1]);
  setup.mode = (enum mode)mode;
  setup.port = atoi(argv[2]);
  for (int i = 3; i + 1 < argc; i += 2) {
    const char *const name = argv[i], *const value = argv[i + 1];
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
    } else if (strcmp(name, "rate") == 0) {
      setup.rate = atof(value);
    } else if (strcmp(name, "pid") == 0) {
      setup.pid = atoi(value);
    } else {
      fail("unknown option '%s'", name);
    }
  }
  if (setup.connections == 0 || setup.how.bytes == 0 || setup.how.bytes >= most_bytes) fail("nothing to do");
  if (setup.mode == mode_open && setup.rate <= 0) fail("an open loop needs a rate");
}

int main(int argc, char **argv) {
  parse(argc, argv);
  set = epoll_create1(EPOLL_CLOEXEC);
  connections = calloc(setup.connections, sizeof *connections);
  const uint64_t memory_before = memory_of(setup.pid);
  for (uint32_t i = 0; i < setup.connections; ++i) {
    open_connection(&connections[i], i);
    if (setup.mode == mode_idle) ask_once(&connections[i]);
  }
  const uint64_t memory_after = memory_of(setup.pid);
  first_moment = now_ns() + (uint64_t)(setup.warmup * 1e9);
  last_moment = first_moment + (uint64_t)(setup.seconds * 1e9);
  const uint64_t begun = now_ns(), cpu_before = processor_time_of(setup.pid);
  if (setup.mode == mode_closed) run_closed();
  if (setup.mode == mode_open) run_open();
  if (setup.mode == mode_idle) run_idle();
  const double cpu = (double)(processor_time_of(setup.pid) - cpu_before);
  uint64_t all = 0;
  for (uint32_t i = 0; i < setup.connections; ++i) all += connections[i].requests;
  if (answered == 0) fail("not one answer in time");
  printf("rate %.1f\n", (double)answered / setup.seconds);
  printf("p50 %lu\np99 %lu\np999 %lu\nmax %lu\n", quantile(&latencies, 500), quantile(&latencies, 990),
         quantile(&latencies, 999), latencies.largest);
  if (setup.pid != 0) {
    printf("cpu %.1f\nbusy %.3f\n", cpu / (double)all, cpu / (double)(now_ns() - begun));
    printf("memory %.0f\n", ((double)memory_after - (double)memory_before) / setup.connections);
  }
  return 0;
}
