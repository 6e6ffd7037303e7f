// SPDX-License-Identifier: Apache-2.0
//
// Connections of the generator, to this machine. Who fails ends the program and is named by his port, because several
// servers may be up.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "load.h"

void open_connection(struct connection *c, uint32_t number, int port, int set, const struct connection *lender) {
  const struct sockaddr_in to = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  const int on = 1;
  c->number = number;
  c->port = port;
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (c->fd < 0 || connect(c->fd, (const struct sockaddr *)&to, sizeof to) != 0) {
    fail("port %d, connection %u: %s", port, number, strerror(errno));
  }
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
  if (epoll_ctl(set, EPOLL_CTL_ADD, c->fd, &event) != 0) fail("epoll_ctl: %s", strerror(errno));
  c->request = lender != NULL ? lender->request : malloc(most_bytes);
  c->answer = lender != NULL ? lender->answer : malloc(most_bytes);
}

// Small requests into an empty socket: they always fit.
void send_request(const struct conversation *how, struct connection *c, uint64_t intended) {
  c->intended = intended;
  make_request(how, c);
  const ssize_t n = send(c->fd, c->request, c->size, MSG_NOSIGNAL);
  if (n == (ssize_t)c->size) return;
  fail("port %d, connection %u: sent %zd of %zu bytes: %s", c->port, c->number, n, c->size, strerror(errno));
}

bool receive_answer(const struct conversation *how, struct connection *c) {
  const ssize_t n = recv(c->fd, c->answer + c->got, most_bytes - 1 - c->got, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  const char *const why = n < 0 ? strerror(errno) : "end of data";
  if (n <= 0) fail("port %d, connection %u was closed: %s", c->port, c->number, why);
  if (!c->busy) fail("port %d, connection %u: an answer that nobody asked for", c->port, c->number);
  c->got += (size_t)n;
  if (!is_answered(how, c)) return false;
  c->busy = false;
  return true;
}
