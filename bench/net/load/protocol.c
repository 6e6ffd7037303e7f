// SPDX-License-Identifier: Apache-2.0
//
// Every byte of every answer is looked at. An echo's bytes differ from request to request and from connection to
// connection, so that a server that mixes them up is found. Of an HTTP answer the status, the length and the body are
// fixed; what other fields a server sends is its own affair.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "load.h"

static const char http_request[] = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";
static const char http_body[] = "Hello, World!";

static uint64_t mixed(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  return x ^ (x >> 27);
}

void make_request(const struct conversation *how, struct connection *c) {
  c->sent = 0;
  c->got = 0;
  c->busy = true;
  if (how->protocol == protocol_http) {
    c->size = sizeof http_request - 1;
    if (c->requests++ == 0) memcpy(c->request, http_request, c->size);
    return;
  }
  c->size = how->bytes;
  const uint64_t seed = ((uint64_t)c->number << 40) + c->requests++ * 1024;
  for (size_t at = 0; at < c->size; at += 8) {
    const uint64_t word = mixed(seed + at);
    memcpy(c->request + at, &word, c->size - at < 8 ? c->size - at : 8);
  }
}

// The length that the header says; ends the program if it says none.
static size_t content_length(const char *header, const char *end) {
  static const char name[] = "content-length:";
  for (const char *line = header; line < end;) {
    if (strncasecmp(line, name, sizeof name - 1) == 0) return strtoul(line + sizeof name - 1, NULL, 10);
    const char *next = memchr(line, '\n', (size_t)(end - line));
    line = next != NULL ? next + 1 : end;
  }
  fail("an answer without Content-Length: %.*s", (int)(end - header), header);
}

static bool is_http_answered(struct connection *c) {
  static const char status[] = "HTTP/1.1 200 ";
  c->answer[c->got] = '\0';
  const char *const end = memmem(c->answer, c->got, "\r\n\r\n", 4);
  if (end == NULL) {
    if (c->got + 1 >= most_bytes) fail("port %d: an answer's header is longer than %d bytes", c->port, (int)most_bytes);
    return false;
  }
  if (strncmp(c->answer, status, sizeof status - 1) != 0) {
    fail("port %d: not the status 200: %.60s", c->port, c->answer);
  }
  const size_t length = content_length(c->answer, end);
  if (length != sizeof http_body - 1) fail("port %d: a body of %zu bytes", c->port, length);
  const size_t whole = (size_t)(end + 4 - c->answer) + length;
  if (c->got > whole) fail("port %d: %zu bytes behind the answer", c->port, c->got - whole);
  if (c->got < whole) return false;
  if (memcmp(end + 4, http_body, length) != 0) fail("port %d: a wrong body: %.*s", c->port, (int)length, end + 4);
  return true;
}

bool is_answered(const struct conversation *how, struct connection *c) {
  if (how->protocol == protocol_http) return is_http_answered(c);
  if (c->got > c->size) fail("port %d, connection %u: more came back than was sent", c->port, c->number);
  if (c->got < c->size) return false;
  if (memcmp(c->request, c->answer, c->size) != 0) {
    fail("port %d, connection %u: what came back is not what was sent", c->port, c->number);
  }
  return true;
}
