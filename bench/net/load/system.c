// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "load.h"

uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void fail(const char *what, ...) {
  va_list arguments;
  va_start(arguments, what);
  fputs("load: ", stderr);
  vfprintf(stderr, what, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

uint64_t memory_of(int pid) {
  if (pid == 0) return 0;
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  FILE *const status = fopen(path, "r");
  if (status == NULL) fail("the server is gone");
  char line[256];
  uint64_t total = 0;
  unsigned long kilobytes;
  while (fgets(line, sizeof line, status) != NULL) {
    if (sscanf(line, "VmRSS: %lu kB", &kilobytes) == 1) total += kilobytes * 1024;
    if (sscanf(line, "VmPTE: %lu kB", &kilobytes) == 1) total += kilobytes * 1024;
  }
  fclose(status);
  return total;
}

uint64_t processor_time_of(int pid) {
  clockid_t clock;
  struct timespec t;
  if (pid == 0) return 0;
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0) fail("the server is gone");
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}
