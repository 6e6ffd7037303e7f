// SPDX-License-Identifier: Apache-2.0
//
// Memory ordering: `forked` is set in the child of a fork by the one thread that it has: relaxed.
#include "io/backend.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "os/files.hpp"
#include "os/thread.hpp"
#include "weft/blocking.hpp"
#include "weft/clock.hpp"
#include "weft/detail/panic.hpp"
#include "weft/detail/simulated.hpp"

namespace weft::detail {
namespace {

atomic<bool> forked{false};

/// The ring that this process is to use, or null.
file_ring* open_ring() {
  const char* const text = std::getenv("WEFT_IO");
  const std::string_view wanted = text == nullptr || *text == '\0' ? "auto" : text;
  if (wanted != "auto" && wanted != "uring" && wanted != "epoll") {
    fatalf("WEFT_IO=%s: it must be epoll, uring or auto, or not be set", text);
  }
  if (wanted == "epoll") return nullptr;
  auto* const ring = new file_ring;  // never destroyed: goroutines may use it while the program's statics are
  const int error = ring->open();
  if (error == 0) {
    on_fork_child([] { forked.store(true, memory_order_relaxed); });
    return ring;
  }
  delete ring;
  if (wanted == "uring") fatalf("WEFT_IO=uring: the kernel refuses io_uring: %s", std::strerror(error));
  return nullptr;
}

file_ring* ring_for(uring_code code) {
  if (simulated() || lane() == no_lane || forked.load(memory_order_relaxed)) return nullptr;
  static file_ring* const only = open_ring();
  return only != nullptr && only->knows(code) ? only : nullptr;
}

}  // namespace

file_outcome perform_request(const uring_request& request, bool patient, const wait_limit& limit) {
  if (file_ring* const ring = ring_for(request.code); ring != nullptr) return ring->perform(request, patient, limit);
  if (limit.called_off()) return {wait_end::cancelled};
  if (simulated()) yield();
  return {wait_end::completed, blocking([&] { return perform_now(request); })};
}

}  // namespace weft::detail
