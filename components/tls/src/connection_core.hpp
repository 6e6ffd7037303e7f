// SPDX-License-Identifier: Apache-2.0
//
// One side of a TLS connection: OpenSSL between two buffers in memory, and who moves bytes between these and the
// transport.
//
//      read, write, handshake                 fetch                    flush
//              |                                |                        |
//          OpenSSL  <--- in_ (memory) <--- transport.read      out_ (memory) ---> transport.write
//
// 1. Nothing parks inside OpenSSL. attempt() makes one call, under lock_, on bytes that are there; it says whether it
//    needs more input, and what it has to send is in out_ (openssl.hpp says why that matters).
// 2. lock_ is never held while somebody is parked at the transport. It guards OpenSSL's object and everything below it
//    in this class.
// 3. One party at a time reads the transport, one writes it: who takes the role `fetching_` or `sending_`, whatever it
//    wants it for. Another who needs the same waits until something has changed (changed_), and then tries OpenSSL
//    again: what it needed may be there. So a write that finds the peer in the middle of a message (a new ticket, new
//    keys) waits for the reader, or reads itself if there is none.
// 4. Bytes leave in the order in which OpenSSL made them: only the sender takes them out of out_.
// 5. A reader sends nothing, so that two sides that both read and write cannot wait for each other in a circle: what
//    OpenSSL wants to answer to what was read (an update of keys) waits in out_ for the next write, as RFC 8446 4.6.3
//    has it. Only if that comes to more than `most_unsent`, from a peer that does nothing else, it is sent by the
//    reader. An alert is tried once.
// 6. read_turn_ and write_turn_ keep whole reads and writes from being mixed; handshake_turn_ lets one do the
// handshake.
//
// Failures. failed_ is OpenSSL's, for ever, both ways. unsent_ is the transport's for writing: part of a record may
// have left, so nothing can follow. A read that gave up has lost nothing. What the transport reports for reading is
// passed on, and asked again the next time.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>

#include "config_core.hpp"
#include "weft/condition.hpp"
#include "weft/error.hpp"
#include "weft/mutex.hpp"
#include "weft/tls/connection.hpp"

namespace weft::tls {

class connection_core {
 public:
  connection_core(std::unique_ptr<transport> below, const client_config& config, std::string_view host);
  connection_core(std::unique_ptr<transport> below, const server_config& config);
  connection_core(const connection_core&) = delete;
  connection_core& operator=(const connection_core&) = delete;

  result<void> handshake(const detail::wait_limit& limit);
  result<std::size_t> read(const detail::wait_limit& limit, std::span<std::byte> into);
  result<std::size_t> write(const detail::wait_limit& limit, std::span<const std::byte> from);
  result<void> shutdown_write(const detail::wait_limit& limit);
  result<void> update_keys(const detail::wait_limit& limit, bool peer_too);
  void close(const detail::wait_limit& limit);

  [[nodiscard]] bool is_open();
  [[nodiscard]] transport& below() noexcept { return *transport_; }
  [[nodiscard]] std::optional<tls::version> version();
  [[nodiscard]] std::string protocol();
  [[nodiscard]] std::string host();
  [[nodiscard]] std::optional<certificate> peer();
  [[nodiscard]] bool resumed();
  [[nodiscard]] std::string explanation();

 private:
  using held = std::unique_lock<mutex>;
  enum class step : std::uint8_t { done, needs_input, ended, failed };
  class role;  // fetching_ or sending_, taken, with lock_ free meanwhile
  static constexpr std::size_t most_unsent = 16 * 1024;
  static constexpr std::size_t most_at_once = 64 * 1024;  // written to the transport
  static constexpr std::size_t record = 16 * 1024;        // the most that a record of TLS holds

  void adopt(ssl_connection made);

  // These want lock_ held.
  template <class Call>
  step attempt(Call&& call);
  [[nodiscard]] std::error_code unusable() const;
  [[nodiscard]] std::error_code unwritable() const;
  void fail(errc code, const std::string& detail);
  void fail_as_openssl_says();
  [[nodiscard]] std::error_code fail_at_end();
  [[nodiscard]] std::pair<errc, std::string> cause(const ssl_error& error) const;
  [[nodiscard]] bool hears_tls() const;
  [[nodiscard]] std::string said(errc code, const std::string& detail) const;
  [[nodiscard]] std::size_t unsent() const noexcept { return BIO_ctrl_pending(out_); }
  void take_in(std::span<const std::byte> got);

  // These take it.
  result<void> shake_hands(const detail::wait_limit& limit);
  result<void> fetch(const detail::wait_limit& limit, std::uint64_t seen);
  result<void> flush(const detail::wait_limit& limit);
  void send_alert();
  std::error_code give_up_writing(std::error_code why, bool begun);
  void keep_session();

  const std::shared_ptr<const config_core> config_;
  const std::unique_ptr<transport> transport_;
  const bool client_;
  const std::string host_;
  mutex handshake_turn_, read_turn_, write_turn_;

  mutex lock_;         // see 2
  condition changed_;  // a role was given up, input has come, or it is closed
  ssl_connection ssl_;
  BIO* in_ = nullptr;  // ssl_ owns both
  BIO* out_ = nullptr;
  bool established_ = false;
  bool fetching_ = false;
  bool sending_ = false;
  bool peer_ended_ = false;   // it has said so
  bool input_ended_ = false;  // the transport has
  bool we_ended_ = false;     // we have said so
  bool closed_ = false;
  std::uint64_t fetched_ = 0;  // how often input has come
  std::error_code failed_;
  std::error_code unsent_error_;
  std::string explanation_;
  std::array<unsigned char, 8> first_{};  // the first bytes of the peer
  std::size_t first_size_ = 0;
};

}  // namespace weft::tls
