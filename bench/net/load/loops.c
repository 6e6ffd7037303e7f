// SPDX-License-Identifier: Apache-2.0
//
// A loop fills silent connections with requests and leaves them silent again, so that another server's may follow.
//
// Closed: what is counted lies between two edges, the first moments at which answers were taken after `first` and after
// `last`; the server's processor time is read at both. Answers that come after `last` are in no rate, but their
// latencies count: a server may have hung. Open: see main.c, coordinated omission.
#include "load.h"

#include <sys/epoll.h>

enum { patience = 5000 };  // ms

// ---- closed --------------------------------------------------------------------------------------------------------

static void note_edges(struct loop *l, uint64_t time, uint64_t *begun, uint64_t *ended) {
  if (*begun == 0 && time >= l->first) {
    *begun = time;
    l->cpu = processor_time_of(l->pid);
  }
  if (*ended == 0 && time >= l->last) {
    *ended = time;
    l->cpu = processor_time_of(l->pid) - l->cpu;
    l->passed = time - *begun;
  }
}

void run_closed(const struct setup *setup, struct loop *l) {
  struct epoll_event events[256];
  uint64_t begun = 0, ended = 0;
  uint32_t under_way = setup->connections;
  for (uint32_t i = 0; i < setup->connections; ++i) send_request(&setup->how, &l->connections[i], now_ns());
  while (under_way != 0) {
    const int n = epoll_wait(l->set, events, 256, patience);
    if (n == 0) fail("port %d: no answer for five seconds", l->connections[0].port);
    const uint64_t time = now_ns();
    note_edges(l, time, &begun, &ended);
    for (int i = 0; i < n; ++i) {
      struct connection *const c = events[i].data.ptr;
      if (!receive_answer(&setup->how, c)) continue;
      if (begun != 0) note_latency(&l->latencies, time - c->intended);  // at the end, too: it may have hung
      if (begun != 0 && ended == 0) ++l->answered;
      if (ended != 0)
        --under_way;
      else
        send_request(&setup->how, c, time);
    }
  }
}

// ---- open ----------------------------------------------------------------------------------------------------------

// Request i of the loop.
static uint64_t moment_of(const struct loop *l, uint64_t i) { return l->start + (uint64_t)((double)i * 1e9 / l->rate); }

static void note_open(struct loop *l, uint64_t intended, uint64_t end) {
  if (intended < l->first || intended >= l->last) return;
  note_latency(&l->latencies, end - intended);
  ++l->answered;
}

// When the connection's next request is to begin.
static uint64_t due_of(const struct setup *setup, const struct loop *l, const struct connection *c, uint64_t more) {
  return moment_of(l, (c->requests - c->before + more) * setup->connections + c->number);
}

// Begins it if it is due.
static void go_on(const struct setup *setup, const struct loop *l, struct connection *c, uint64_t time) {
  const uint64_t due = due_of(setup, l, c, 0);
  if (!c->busy && due <= time && due < l->last) send_request(&setup->how, c, due);
}

bool any_busy(const struct setup *setup, const struct loop *l) {
  for (uint32_t i = 0; i < setup->connections; ++i) {
    if (l->connections[i].busy) return true;
  }
  return false;
}

static void note_unanswered(const struct setup *setup, struct loop *l) {
  const uint64_t end = now_ns();
  for (uint32_t i = 0; i < setup->connections; ++i) {
    const struct connection *const c = &l->connections[i];
    if (c->busy) note_open(l, c->intended, end);
    for (uint64_t more = 0; due_of(setup, l, c, more) < l->last; ++more) {
      note_open(l, due_of(setup, l, c, more), end);
    }
  }
}

void run_open(const struct setup *setup, struct loop *l) {
  struct epoll_event events[256];
  uint64_t next = 0;  // the first request that is not due yet
  l->start = now_ns();
  l->passed = l->last - l->first;
  for (uint32_t i = 0; i < setup->connections; ++i) l->connections[i].before = l->connections[i].requests;
  const uint64_t give_up = l->last + 2000000000u;
  for (uint64_t time = l->start; time < l->last || (time < give_up && any_busy(setup, l)); time = now_ns()) {
    for (; moment_of(l, next) <= time && moment_of(l, next) < l->last; ++next) {
      go_on(setup, l, &l->connections[next % setup->connections], time);
    }
    const int n = epoll_wait(l->set, events, 256, 0);
    const uint64_t got = now_ns();
    for (int i = 0; i < n; ++i) {
      struct connection *const c = events[i].data.ptr;
      if (!receive_answer(&setup->how, c)) continue;
      note_open(l, c->intended, got);
      go_on(setup, l, c, got);
    }
  }
  note_unanswered(setup, l);
}
