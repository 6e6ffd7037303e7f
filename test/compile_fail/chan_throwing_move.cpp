// SPDX-License-Identifier: Apache-2.0
//
// sentence: elements whose move may throw are refused
// guarantee: C1.3
// expect-error: must be movable without exceptions
#include <weft/weft.hpp>

struct throws {
  throws();
  throws(throws&&);
};

weft::chan<throws> c;
