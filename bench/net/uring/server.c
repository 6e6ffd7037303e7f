// SPDX-License-Identifier: Apache-2.0
//
// The echo server on bare io_uring, to learn what completion is worth beside readiness (decision 0019). One thread, one
// ring that only it uses, whose work is done when it asks (SINGLE_ISSUER, DEFER_TASKRUN: Linux 6.1); one system call
// per batch of completions.
//
//   server plain      per connection one buffer, and a send that is linked with the next receive
//   server multishot  a receive that goes on by itself, into buffers that all connections share
//
// A prototype: in `multishot` two pieces of one connection that came together may be sent in the wrong order when the
// peer does not read.
#include <arpa/inet.h>
#include <errno.h>
#include <linux/io_uring.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { entries = 4096, buffers = 4096, buffer_size = 4096, most_fds = 32768, group = 1 };
enum kind { kind_accept = 1, kind_receive, kind_send };

static int ring;
static struct io_uring_sqe *requests;
static struct io_uring_cqe *completions;
static unsigned *sq_head, *sq_tail, *cq_head, *cq_tail, sq_mask, cq_mask;
static unsigned pushed;  // and not handed over
static bool multishot;
static char *memory;                       // of the shared buffers
static struct io_uring_buf_ring *offered;  // of them, those that are free
static char *own[most_fds];                // plain: each connection's
static int listener;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void open_ring(void) {
  struct io_uring_params p = {.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE,
                              .cq_entries = 4 * entries};
  ring = (int)syscall(SYS_io_uring_setup, entries, &p);
  if (ring < 0) die("io_uring_setup");
  const size_t completions_end = p.cq_off.cqes + p.cq_entries * sizeof *completions;
  const size_t order_end = p.sq_off.array + p.sq_entries * sizeof(unsigned);
  const size_t size = completions_end > order_end ? completions_end : order_end;
  char *const rings = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
  requests = mmap(NULL, entries * sizeof *requests, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
  if (rings == MAP_FAILED || requests == MAP_FAILED) die("mmap");
  sq_head = (unsigned *)(rings + p.sq_off.head);
  sq_tail = (unsigned *)(rings + p.sq_off.tail);
  cq_head = (unsigned *)(rings + p.cq_off.head);
  cq_tail = (unsigned *)(rings + p.cq_off.tail);
  sq_mask = p.sq_entries - 1;
  cq_mask = p.cq_entries - 1;
  completions = (struct io_uring_cqe *)(rings + p.cq_off.cqes);
  unsigned *const order = (unsigned *)(rings + p.sq_off.array);
  for (unsigned i = 0; i < p.sq_entries; ++i) order[i] = i;
}

static void offer(unsigned number) {
  struct io_uring_buf *const b = &offered->bufs[offered->tail & (buffers - 1)];
  b->addr = (uintptr_t)(memory + (size_t)number * buffer_size);
  b->len = buffer_size;
  b->bid = (unsigned short)number;
  __atomic_store_n(&offered->tail, (unsigned short)(offered->tail + 1), __ATOMIC_RELEASE);
}

static void open_buffers(void) {
  memory = mmap(NULL, (size_t)buffers * buffer_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  offered = mmap(NULL, buffers * sizeof(struct io_uring_buf), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  struct io_uring_buf_reg given = {.ring_addr = (uintptr_t)offered, .ring_entries = buffers, .bgid = group};
  if (memory == MAP_FAILED || offered == MAP_FAILED) die("mmap");
  if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_PBUF_RING, &given, 1) != 0) die("buffers");
  for (unsigned i = 0; i < buffers; ++i) offer(i);
}

static void enter(unsigned wait) {
  const long n = syscall(SYS_io_uring_enter, ring, pushed, wait, IORING_ENTER_GETEVENTS, NULL, 0);
  if (n < 0 && errno != EINTR && errno != EAGAIN && errno != EBUSY) die("io_uring_enter");
  if (n > 0) pushed -= (unsigned)n;
}

static struct io_uring_sqe *request(int opcode, int fd, enum kind kind, unsigned buffer) {
  while (*sq_tail - __atomic_load_n(sq_head, __ATOMIC_ACQUIRE) > sq_mask) enter(0);
  struct io_uring_sqe *const r = &requests[*sq_tail & sq_mask];
  memset(r, 0, sizeof *r);
  r->opcode = (unsigned char)opcode;
  r->fd = fd;
  r->user_data = (uint64_t)kind << 56 | (uint64_t)buffer << 32 | (unsigned)fd;
  return r;
}

static void push(void) {
  __atomic_store_n(sq_tail, *sq_tail + 1, __ATOMIC_RELEASE);
  ++pushed;
}

static void ask_accept(void) {
  struct io_uring_sqe *const r = request(IORING_OP_ACCEPT, listener, kind_accept, 0);
  r->ioprio = IORING_ACCEPT_MULTISHOT;
  push();
}

static void ask_receive(int fd) {
  struct io_uring_sqe *const r = request(IORING_OP_RECV, fd, kind_receive, 0);
  if (multishot) {
    r->ioprio = IORING_RECV_MULTISHOT;
    r->flags = IOSQE_BUFFER_SELECT;
    r->buf_group = group;
  } else {
    r->addr = (uintptr_t)own[fd];
    r->len = buffer_size;
  }
  push();
}

static void ask_send(int fd, char *data, unsigned size, unsigned buffer) {
  struct io_uring_sqe *const r = request(IORING_OP_SEND, fd, kind_send, buffer);
  r->addr = (uintptr_t)data;
  r->len = size;
  r->msg_flags = MSG_WAITALL | MSG_NOSIGNAL;
  if (!multishot) r->flags = IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
  push();
}

static void take(const struct io_uring_cqe *c) {
  const enum kind kind = (enum kind)(c->user_data >> 56);
  const int fd = (int)(unsigned)c->user_data;
  if (kind == kind_accept) {
    const int on = 1;
    if (c->res >= 0 && c->res < most_fds) {
      setsockopt(c->res, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      if (own[c->res] == NULL && !multishot) own[c->res] = malloc(buffer_size);
      ask_receive(c->res);
    }
    if (!(c->flags & IORING_CQE_F_MORE)) ask_accept();
  } else if (kind == kind_send) {
    if (multishot) offer((unsigned)(c->user_data >> 32) & 0xffffff);
  } else if (multishot && c->res == -ENOBUFS) {
    ask_receive(fd);
  } else if (c->res <= 0) {
    if (c->res != -ECANCELED) close(fd);
  } else if (multishot) {
    const unsigned buffer = c->flags >> IORING_CQE_BUFFER_SHIFT;
    ask_send(fd, memory + (size_t)buffer * buffer_size, (unsigned)c->res, buffer);
    if (!(c->flags & IORING_CQE_F_MORE)) ask_receive(fd);
  } else {
    ask_send(fd, own[fd], (unsigned)c->res, 0);
    ask_receive(fd);
  }
}

int main(int argc, char **argv) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof at;
  multishot = argc > 1 && strcmp(argv[1], "multishot") == 0;
  listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(listener, (struct sockaddr *)&at, size) != 0 || listen(listener, 4096) != 0) die("listen");
  getsockname(listener, (struct sockaddr *)&at, &size);
  open_ring();
  if (multishot) open_buffers();
  printf("listening %d\n", ntohs(at.sin_port));
  fflush(stdout);
  ask_accept();
  for (;;) {
    enter(1);
    unsigned head = *cq_head;
    const unsigned tail = __atomic_load_n(cq_tail, __ATOMIC_ACQUIRE);
    for (; head != tail; ++head) {
      take(&completions[head & cq_mask]);
      __atomic_store_n(cq_head, head + 1, __ATOMIC_RELEASE);
    }
  }
}
