// SPDX-License-Identifier: Apache-2.0
//
// sentence: a channel for which there is no memory ends the program and names its size
// guarantee: C1.2
// engines: both
// not-under: address thread (their allocators end the program themselves)
// expect-exit: 2
// expect-stderr: ^fatal error: out of memory: a channel of 7[0-9]{13} bytes$
// expect-stderr: ^goroutine 1 \[running\]
#include <weft/weft.hpp>

#include <cstdint>

int main() {
  return weft::run([] { weft::chan<char> c(std::uint64_t{1} << 46); });
}
