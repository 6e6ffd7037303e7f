// SPDX-License-Identifier: Apache-2.0
//
// Ctrl-C drains a pipeline. The source stops when the signal comes; the stages behind it know nothing of signals: they
// end when what comes before them is closed, and so everything that was begun is brought to its end. (The program sends
// the signal to itself.)
//
// sentence: an interrupt stops the source of a pipeline, and what is in it is brought to an end
// expect-exit: 0
// expect-stdout: ^stopped by: interrupt signal received$
// expect-stdout: ^read [1-9][0-9]*, written the same number, in order$
#include <weft/weft.hpp>

#include <unistd.h>
#include <csignal>
#include <cstdio>

/// Numbers until told to stop.
int read_all(const weft::context& until, weft::sender<long> out) {
  int n = 0;
  while (out.send(until, n)) ++n;
  out.close();
  return n;
}

void square_all(weft::receiver<long> in, weft::sender<long> out) {
  for (long n : in) out.send(n * n);
  out.close();
}

/// How many came, or -1 if one was missing.
int write_all(weft::receiver<long> in) {
  int written = 0;
  for (long square : in) {
    if (square != static_cast<long>(written) * written) return -1;
    if (++written == 1000) kill(getpid(), SIGINT);
  }
  return written;
}

int main() {
  return weft::run([] {
    const auto interrupted = weft::signals::notify_context(weft::background(), {SIGINT, SIGTERM});
    const weft::chan<long> numbers(16), squares(16);
    auto source = weft::spawn([&] { return read_all(interrupted, numbers); });
    weft::go([=] { square_all(numbers, squares); });
    const int written = write_all(squares);
    const int read = source.join();
    std::printf("stopped by: %s\n", interrupted.cause().message().c_str());
    if (read == written) std::printf("read %d, written the same number, in order\n", read);
  });
}
