// SPDX-License-Identifier: Apache-2.0
//
// Who has connected to the control socket, and what has come of it.
//
// All are served at once by one thread, so that who connects and does not ask, asks letter by letter, or does not read
// the answer, is in nobody's way: each has some seconds, and when there are too many, the one that has been there
// longest without asking has to go. What is asked is answered one after another.
//
// When the process has no descriptor left, which is when one would like to ask, two that were kept for this are given
// up for whoever connects: one for him, one for his answer. They are taken again when he is gone, if there are any.
//
// Belongs to the thread that listens; nothing is shared. In a forked child, where that thread is not, the descriptors
// are closed by whoever is: else whoever asks the parent would not hear of its end before that of the child. For that
// each is written down as gone before it is closed: its number may be another's right after.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::detail {

class control_peers {
 public:
  static constexpr std::size_t longest_question = 64;  // with the final zero

  /// `socket` listens (os/control_socket.hpp), and is not closed here.
  explicit control_peers(int socket) noexcept;
  control_peers(const control_peers&) = delete;
  control_peers& operator=(const control_peers&) = delete;
  ~control_peers();

  /// Waits until somebody has asked something: a line, here without its end. Null: the socket is gone.
  [[nodiscard]] const char* next_question() noexcept;

  /// Where to write the answer to the last question. -errno: nowhere; who has asked is told so.
  [[nodiscard]] int open_answer() noexcept;

  /// It is whole: it will be sent. `error`, if not null, is sent instead, as a sentence.
  void send_answer(const char* error) noexcept;

  /// In a forked child: closes everything.
  void close_all() noexcept;

 private:
  struct peer {
    int fd = -1;  // -1: the place is free
    int answer = -1;
    std::int64_t sent = 0;
    std::int64_t since = 0;    // when it connected; of the monotonic clock, as the next ones
    std::int64_t give_up = 0;  // when it has to go, unless it gets on
    std::size_t length = 0;    // of what has come of the question
    char question[longest_question] = {};
  };
  static constexpr std::size_t most = 16;
  static constexpr std::size_t kept = 2;

  [[nodiscard]] peer& free_place() noexcept;
  bool take_in() noexcept;
  void drop(peer& p) noexcept;
  void drop_late() noexcept;
  [[nodiscard]] int time_left() const noexcept;
  bool read_question(peer& p) noexcept;
  void send_some(peer& p) noexcept;
  void keep_descriptors() noexcept;

  const int socket_;
  int spare_[kept] = {-1, -1};
  peer peers_[most];
  peer* asking_ = nullptr;  // whose question was returned last
};

}  // namespace weft::detail
