// SPDX-License-Identifier: Apache-2.0
//
// As little of HTTP/1.1 as the raw server and weft's floor need: where a request ends, and an answer with the fields
// that Go's net/http sends (Date, Content-Length, Content-Type). C and C++. It is no server for the world: it takes any
// header that ends for a GET.
#pragma once

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { most_answer = 160 };

// The size of the request at the beginning of `text`; 0: it has not come as a whole.
static inline size_t request_size(const char *text, size_t size) {
  if (size < 18) return 0;  // "GET / HTTP/1.1\r\n\r\n"
  const char *const end = (const char *)memmem(text, size, "\r\n\r\n", 4);
  if (end == NULL) return 0;
  return (size_t)(end - text) + 4;
}

// Writes an answer, at most most_answer bytes; returns its size. The date is made once a second.
static inline size_t write_answer(char *out) {
  static char answer[most_answer];
  static size_t size;
  static time_t made;
  const time_t now = time(NULL);
  if (now != made) {
    struct tm parts;
    char date[40];
    made = now;
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &parts));
    size = (size_t)snprintf(answer, sizeof answer,
                            "HTTP/1.1 200 OK\r\nDate: %s\r\nContent-Length: 13\r\n"
                            "Content-Type: text/plain; charset=utf-8\r\n\r\nHello, World!",
                            date);
  }
  memcpy(out, answer, size);
  return size;
}
