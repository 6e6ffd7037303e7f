// SPDX-License-Identifier: Apache-2.0
//
// The socket on which a process answers questions about itself: where it is, and who may ask.
//
// It is $XDG_RUNTIME_DIR/weft/PID.sock, or else /tmp/weft-UID/PID.sock. The folder must be ours and closed to everybody
// else (0700), or there is no socket: /tmp belongs to all, and somebody may have been there before. The socket itself
// has 0600; and who connects must be the same user, or root, says the kernel (SO_PEERCRED). What a process that died
// has left behind, a later one of that number removes, and so does `weft ps`, which takes a name on which nobody
// listens for such a thing. So the socket gets its name when it listens, from another one, and is never seen in
// between.
#pragma once

#include <cstddef>

namespace weft::detail {

inline constexpr std::size_t control_path_size = 108;  // of sockaddr_un

/// The path for process `pid` of user `uid`; `run_time_folder` may be null. False: it is too long.
[[nodiscard]] bool control_path(char (&out)[control_path_size], const char* run_time_folder, long uid,
                                long pid) noexcept;

/// Makes this process's socket, and writes where it is. The descriptor, or -errno.
[[nodiscard]] int open_control_socket(char (&path)[control_path_size]) noexcept;

/// Somebody who has connected and may ask: a descriptor that does not block; -EAGAIN: nobody, or somebody who may not.
/// Another -errno: there is no descriptor left, or the socket is gone.
[[nodiscard]] int accept_control(int socket) noexcept;

/// No signal is delivered to the calling thread any more.
void hold_back_signals() noexcept;

/// Closes the socket.
void close_control(int fd) noexcept;

/// Removes the socket's name, if this process has made it.
void remove_control_socket(const char* path) noexcept;

}  // namespace weft::detail
