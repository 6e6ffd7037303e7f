// SPDX-License-Identifier: Apache-2.0
//
// A reader that writes down what is read.
//
//     weft::io::tee_reader in(connection, log);
//
// What is returned has been written before; an error of the writer is the reader's, and what was read then is lost.
// Refers to what has a name, and takes in what has none. For one goroutine at a time.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "weft/io/error.hpp"
#include "weft/io/stream.hpp"
#include "weft/result.hpp"

namespace weft::io {

template <reader R, writer W>
class tee_reader {
 public:
  tee_reader(R&& from, W&& also) : from_(std::forward<R>(from)), also_(std::forward<W>(also)) {}

  result<std::size_t> read(std::span<std::byte> into) {
    const result<std::size_t> got = from_.read(into);
    if (!got || *got == 0) return got;
    if (*got > into.size()) return errc::no_progress;
    const result<std::size_t> put = also_.write(into.first(*got));
    if (!put) return put.error();
    return got;
  }

 private:
  R from_;  // references if R and W are
  W also_;
};

template <class R, class W>
tee_reader(R&&, W&&) -> tee_reader<R, W>;

}  // namespace weft::io
