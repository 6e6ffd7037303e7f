// SPDX-License-Identifier: Apache-2.0
//
// What comes from elsewhere, message by message, to a channel: a goroutine that listens, and the end of both.
//
//     weft::feed<std::string, std::error_code> lines(16, [from = std::move(from)](const weft::context& over,
//                                                                                const weft::chan<std::string>& to)
//                                                                                mutable {
//       for (;;) {
//         weft::result<std::string> line = from.read_line(over);
//         if (!line) return line.error();
//         if (!to.send(over, *line)) return over.err();
//       }
//     });
//     for (const std::string& each : lines.messages()) use(each);
//     report(lines.why());                                              // the channel is closed: this is why
//
// `listen(over, to)` runs in a goroutine of its own. It sends messages until there are no more, or `over` is cancelled,
// which the destructor does; what it returns is why(). Then the channel is closed. Nothing is dropped here: while
// nobody receives, the goroutine waits. `listen` and what it has captured are destroyed when it has returned, also
// before the destructor returns; an exception that leaves it ends the feed, too, and is dropped, with a why() made by
// default.
//
// Any number of goroutines may receive. A feed is for one goroutine or thread at a time; it can be moved.
// Happens-before: the end of `listen`, before a receive that finds the channel closed.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "weft/chan.hpp"
#include "weft/context.hpp"
#include "weft/task.hpp"

namespace weft {

template <class Message, class Report>
class [[nodiscard]] feed {
 public:
  /// At most `ahead` messages are kept for those who receive.
  template <class F>
  feed(std::size_t ahead, F listen) : state_(std::make_unique<state>(ahead)) {
    state_->ears = spawn([s = state_.get(), listen = std::move(listen)]() mutable {
      const closing at_end{s->messages};
      const context& over = s->over;
      s->why = listen(over, std::as_const(s->messages));
    });
  }

  /// Closed when `listen` has returned.
  [[nodiscard]] receiver<Message> messages() const { return state_->messages; }

  /// Why messages() was closed. Only after that.
  [[nodiscard]] const Report& why() const noexcept { return state_->why; }

 private:
  struct closing {
    chan<Message>& open;
    ~closing() { open.close(); }
  };

  struct state {
    explicit state(std::size_t ahead) : messages(ahead), over(with_cancel(background())) {}
    state(const state&) = delete;
    state& operator=(const state&) = delete;
    ~state() { over.cancel(); }

    chan<Message> messages;
    cancel_scope over;
    Report why{};     // written before the channel is closed
    task<void> ears;  // first to be destroyed, which waits for it
  };

  std::unique_ptr<state> state_;
};

}  // namespace weft
