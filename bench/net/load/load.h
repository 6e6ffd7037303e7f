// SPDX-License-Identifier: Apache-2.0
//
// The load generator's parts: latencies in a histogram, what is sent and how answers are checked, connections.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- histogram -----------------------------------------------------------------------------------------------------

// Counts of nanoseconds, 64 steps for each power of two: a value is known to 1.6 per cent.
enum { steps_per_power = 64, powers = 40 };

struct histogram {
  uint64_t count[powers * steps_per_power];
  uint64_t total;
  uint64_t largest;
};

void note_latency(struct histogram *h, uint64_t nanoseconds);
void add_latencies(struct histogram *to, const struct histogram *more);
// The value that `per_mille` of all are not above; 0 if there are none.
uint64_t quantile(const struct histogram *h, double per_mille);

// ---- protocol ------------------------------------------------------------------------------------------------------

enum protocol { protocol_echo, protocol_http };
enum { most_bytes = 16384 };

struct connection {
  int fd, port;
  uint32_t number;
  uint64_t requests;  // begun so far
  uint64_t before;    // begun before the open loop
  uint64_t intended;  // when the one under way was to begin
  bool busy;
  size_t size;  // of the request
  size_t sent;
  size_t got;
  char *request;  // most_bytes each, of those who need them
  char *answer;
};

struct conversation {
  enum protocol protocol;
  size_t bytes;  // of an echo
};

// What the next request of a connection is.
void make_request(const struct conversation *how, struct connection *c);
// Whether the answer is whole. Ends the program if a byte of it is wrong.
bool is_answered(const struct conversation *how, struct connection *c);

// ---- connections ---------------------------------------------------------------------------------------------------

// To the port on this machine, in the epoll set. It borrows its room from `lender` if there is one.
void open_connection(struct connection *c, uint32_t number, int port, int set, const struct connection *lender);
void send_request(const struct conversation *how, struct connection *c, uint64_t intended);
// True if the answer is whole now.
bool receive_answer(const struct conversation *how, struct connection *c);

// ---- loops ---------------------------------------------------------------------------------------------------------

enum { most_servers = 16 };

// What is to be done.
struct setup {
  struct conversation how;
  uint32_t connections;
  double seconds, warmup, slice;
  size_t ports, pids, rates;
  int port[most_servers], pid[most_servers], rate[most_servers];  // pids, rates: 0 if none were given
};

// A server's connections, which are silent before the loop and after it, and what was found.
struct loop {
  struct connection *connections;
  int set, pid;
  double rate;           // open: requests per second
  uint64_t first, last;  // what ends (closed), or was to begin (open), between them counts
  uint64_t start;        // open: when request 0 was to begin
  struct histogram latencies;
  uint64_t answered;
  uint64_t passed;  // ns in which so many were answered
  uint64_t cpu;     // closed: the processor time that the server took for them
};

// Each connection sends its next request when it has the answer to the last.
void run_closed(const struct setup *setup, struct loop *l);
// Requests begin by the clock.
void run_open(const struct setup *setup, struct loop *l);
// Whether an answer is still under way: open loops give up two seconds after their end.
bool any_busy(const struct setup *setup, const struct loop *l);
// Loops against several servers, a slice for each in turn; prints what it has found.
void run_turns(const struct setup *setup);

// ---- system --------------------------------------------------------------------------------------------------------

uint64_t now_ns(void);
_Noreturn void fail(const char *what, ...) __attribute__((format(printf, 1, 2)));
// Resident memory and page tables of a process in bytes; 0 without a process.
uint64_t memory_of(int pid);
// Processor time of a process; 0 without one.
uint64_t processor_time_of(int pid);
