// SPDX-License-Identifier: Apache-2.0
//
// The thread that answers the command `weft` (weft/control.hpp; the socket: os/control_socket.hpp).
//
// A question is a line. The answer is the line "ok N" and N bytes of text, or the line "error: why".
//     hello       the protocol's version, and what weft is here
//     stack       every goroutine (weft/runtime.hpp)
//     trace       what the flight recorder holds (park/recorder.hpp)
//     doctor      what was chosen in this process
// The answer is made in memory and then sent, so that who asks and does not read cannot keep a dump half done
// (os/control_peers.hpp). Signals are blocked in this thread, SIGPIPE too.
//
// Memory ordering: what is atomic is seq_cst; it is no hot path.
#include "park/control.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <system_error>

#include "base/report_hook.hpp"
#include "os/control_peers.hpp"
#include "os/control_socket.hpp"
#include "os/thread.hpp"
#include "park/choices.hpp"
#include "park/recorder.hpp"
#include "weft/control.hpp"
#include "weft/detail/atomic.hpp"
#include "weft/detail/word_lock.hpp"
#include "weft/runtime.hpp"

namespace weft::detail {
namespace {

/// The one socket of the process. Written under the lock; read by its thread and at exit.
struct control_state {
  word_lock lock;
  atomic<int> socket{-1};
  char path[control_path_size] = {};
  bool prepared = false;                  // what is done once for the process
  atomic<control_peers*> peers{nullptr};  // on the thread's stack
};

constinit control_state here;

/// Null, or why there is no answer.
const char* answer(const char* question, int out) {
  if (std::strcmp(question, "hello") == 0) {
    write_text(out, "weft control 2\n");
  } else if (std::strcmp(question, "stack") == 0) {
    dump_goroutines(out);
  } else if (std::strcmp(question, "trace") == 0) {
    if (write_trace(out) != 0)
      return "the trace could not be written: there is no memory, or too little room for files";
  } else if (std::strcmp(question, "doctor") == 0) {
    print_choices(out);
  } else {
    return "this process does not know that question";
  }
  return nullptr;
}

void serve(void* passed) {
  const uncounted_thread only_looks;
  hold_back_signals();
  control_peers peers(static_cast<int>(reinterpret_cast<std::intptr_t>(passed)));
  here.peers.store(&peers);
  while (const char* const question = peers.next_question()) {
    const int out = peers.open_answer();
    peers.send_answer(out < 0 ? "there is no descriptor or no memory for an answer" : answer(question, out));
  }
  here.peers.store(nullptr);
}

void at_exit() {
  if (here.socket.load() >= 0) remove_control_socket(here.path);
}

/// The thread is not there in the child, and who connects must not wait for it.
void in_forked_child() {
  ::new (&here.lock) word_lock;  // who had it is not there
  const int inherited = here.socket.exchange(-1);
  if (inherited >= 0) close_control(inherited);
  if (control_peers* const peers = here.peers.exchange(nullptr); peers != nullptr) peers->close_all();
}

/// 0 or an errno. Under the lock.
int listen_locked() noexcept {
  if (here.socket.load() >= 0) return 0;
  const int socket = open_control_socket(here.path);
  if (socket < 0) return -socket;
  if (!here.prepared) {
    here.prepared = true;
    on_fork_child(in_forked_child);
    std::atexit(at_exit);
  }
  here.socket.store(socket);
  const int error = start_thread(serve, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)), "weft-control",
                                 std::size_t{256} * 1024);
  if (error == 0) return 0;
  here.socket.store(-1);
  remove_control_socket(here.path);
  close_control(socket);
  return error;
}

}  // namespace

void listen_if_asked() noexcept {
  const char* const asked = ::secure_getenv("WEFT_CONTROL");
  if (asked == nullptr || asked[0] == '\0' || std::strcmp(asked, "0") == 0) return;
  here.lock.lock();
  const int error = listen_locked();
  here.lock.unlock();
  if (error != 0) write_format(2, "weft: WEFT_CONTROL: no socket at %s: %s\n", here.path, std::strerror(error));
}

}  // namespace weft::detail

namespace weft::control {

result<std::string> listen() {
  detail::here.lock.lock();
  const int error = detail::listen_locked();
  detail::here.lock.unlock();
  if (error != 0) return std::error_code(error, std::system_category());
  return std::string(detail::here.path);
}

}  // namespace weft::control
