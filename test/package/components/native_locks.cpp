// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <mutex>
#include <string>
#include <weft/weft.hpp>

int main() {
  setenv("WEFT_DIAG", "native", 1);
  int told[2];
  if (pipe(told) != 0) return 1;
  dup2(told[1], 2);
  const int status = weft::run([] {
    std::mutex m;
    const std::scoped_lock hold(m);
    weft::sleep_for(std::chrono::milliseconds(1));
  });
  char text[4096];
  const ssize_t n = read(told[0], text, sizeof text);
  const std::string report(text, n > 0 ? static_cast<std::size_t>(n) : 0);
  return status == 0 && report.find("holds native mutex") != std::string::npos ? 0 : 1;
}
