// SPDX-License-Identifier: Apache-2.0
//
// What the machine allows: an event loop on one thread, level-triggered, that does what the other servers do and
// nothing else. `server echo` sends back what it reads; `server http` answers GET requests as Go's net/http does.
//
// Two system calls per request, and an epoll_wait for each batch. What does not fit is kept, and its connection is not
// read until it has gone.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../plain_http.h"

enum { room = 16384, batch = 256 };

struct connection {
  int fd;
  size_t got;  // http: the beginning of a request
  char *request;
  size_t size, sent;  // of what could not be sent at once
  char *rest;
};

static int set;
static bool http;

static void watch(struct connection *c, int what, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = c};
  if (epoll_ctl(set, what, c->fd, &event) != 0) perror("epoll_ctl"), exit(1);
}

static void end(struct connection *c) {
  close(c->fd);
  free(c->request);
  free(c->rest);
  free(c);
}

// False: the connection is gone.
static bool put(struct connection *c, const char *data, size_t size) {
  const ssize_t n = send(c->fd, data, size, MSG_NOSIGNAL);
  if (n == (ssize_t)size) return true;
  if (n < 0 && errno != EAGAIN) {
    end(c);
    return false;
  }
  c->sent = 0;
  c->size = size - (n > 0 ? (size_t)n : 0);
  c->rest = malloc(c->size);
  memcpy(c->rest, data + (n > 0 ? n : 0), c->size);
  watch(c, EPOLL_CTL_MOD, EPOLLOUT);
  return true;
}

static void put_rest(struct connection *c) {
  const ssize_t n = send(c->fd, c->rest + c->sent, c->size - c->sent, MSG_NOSIGNAL);
  if (n < 0 && errno != EAGAIN) return end(c);
  if (n > 0) c->sent += (size_t)n;
  if (c->sent != c->size) return;
  free(c->rest);
  c->rest = NULL;
  watch(c, EPOLL_CTL_MOD, EPOLLIN);
}

static void echo(struct connection *c) {
  static char buffer[room];
  const ssize_t n = recv(c->fd, buffer, sizeof buffer, 0);
  if (n > 0) {
    put(c, buffer, (size_t)n);
  } else if (n == 0 || errno != EAGAIN) {
    end(c);
  }
}

// Requests that came together are answered together.
static void answer(struct connection *c) {
  static char answers[room];
  if (c->request == NULL) c->request = malloc(room);
  const ssize_t n = recv(c->fd, c->request + c->got, room - c->got, 0);
  if (n <= 0) {
    if (n == 0 || errno != EAGAIN) end(c);
    return;
  }
  c->got += (size_t)n;
  size_t used = 0, size = 0;
  for (size_t one; size + most_answer <= room && (one = request_size(c->request + used, c->got - used)) != 0;) {
    used += one;
    size += write_answer(answers + size);
  }
  memmove(c->request, c->request + used, c->got - used);
  c->got -= used;
  if (c->got == room) {
    end(c);
  } else if (size != 0) {
    put(c, answers, size);
  }
}

static void accept_one(int listener) {
  const int on = 1;
  const int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct connection *const c = calloc(1, sizeof *c);
  c->fd = fd;
  watch(c, EPOLL_CTL_ADD, EPOLLIN);
}

int main(int argc, char **argv) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof at;
  http = argc > 1 && strcmp(argv[1], "http") == 0;
  set = epoll_create1(EPOLL_CLOEXEC);
  if (bind(listener, (struct sockaddr *)&at, size) != 0 || listen(listener, 4096) != 0) return 1;
  getsockname(listener, (struct sockaddr *)&at, &size);
  printf("listening %d\n", ntohs(at.sin_port));
  fflush(stdout);
  struct connection self = {.fd = listener};
  watch(&self, EPOLL_CTL_ADD, EPOLLIN);
  for (;;) {
    struct epoll_event events[batch];
    const int n = epoll_wait(set, events, batch, -1);
    for (int i = 0; i < n; ++i) {
      struct connection *const c = events[i].data.ptr;
      if (c == &self) {
        accept_one(listener);
      } else if (events[i].events & EPOLLOUT) {
        put_rest(c);
      } else if (http) {
        answer(c);
      } else {
        echo(c);
      }
    }
  }
}
