// SPDX-License-Identifier: Apache-2.0
//
// The movements of connection_core.hpp: roles, reading, writing, the handshake, the end.
#include "connection_core.hpp"

#include <algorithm>
#include <memory>

#include "weft/clock.hpp"
#include "weft/io/error.hpp"

namespace weft::tls {
namespace {

using detail::wait_limit;

/// One try: an operation with a limit that has passed is tried once (weft/detail/bounded.hpp).
constexpr wait_limit once{.until = 0};

std::string as_host(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return std::string(host);
}

result<std::unique_lock<mutex>> turn_at(mutex& turns, const wait_limit& limit) {
  if (const result<void> ours = turns.lock(limit); !ours) return ours.error();
  return std::unique_lock(turns, std::adopt_lock);
}

}  // namespace

class connection_core::role {
 public:
  role(connection_core& of, bool& taken, held& lock) : of_(of), taken_(taken), lock_(lock) {
    taken_ = true;
    lock_.unlock();
  }
  role(const role&) = delete;
  role& operator=(const role&) = delete;
  ~role() {
    lock_.lock();
    taken_ = false;
    of_.changed_.notify_all();
  }

 private:
  connection_core& of_;
  bool& taken_;
  held& lock_;
};

connection_core::connection_core(std::unique_ptr<transport> below, const client_config& config, std::string_view host)
    : config_(config.core()), transport_(std::move(below)), client_(true), host_(as_host(host)) {
  adopt(config_->connect(host_));
}

connection_core::connection_core(std::unique_ptr<transport> below, const server_config& config)
    : config_(config.core()), transport_(std::move(below)), client_(false) {
  adopt(config_->accept());
}

void connection_core::adopt(ssl_connection made) {
  bio in(BIO_new(BIO_s_mem()));
  bio out(BIO_new(BIO_s_mem()));
  if (!made || !in || !out) {
    fail(errc::bad_option, client_ ? "it is neither a name nor an address" : "no memory");
    return;
  }
  ssl_ = std::move(made);
  in_ = in.release();
  out_ = out.release();
  SSL_set_bio(ssl_.get(), in_, out_);
}

template <class Call>
connection_core::step connection_core::attempt(Call&& call) {
  clear_errors();
  const int end = call(ssl_.get());
  if (end == 1) return step::done;
  switch (SSL_get_error(ssl_.get(), end)) {
    case SSL_ERROR_WANT_READ:
      return step::needs_input;
    case SSL_ERROR_ZERO_RETURN:
      peer_ended_ = true;
      return step::ended;
    default:
      fail_as_openssl_says();
      return step::failed;
  }
}

std::error_code connection_core::unusable() const {
  if (closed_) return weft::errc::closed;
  return failed_;
}

std::error_code connection_core::unwritable() const {
  if (const std::error_code why = unusable()) return why;
  if (we_ended_) return std::make_error_code(std::errc::broken_pipe);
  return unsent_error_;
}

void connection_core::take_in(std::span<const std::byte> got) {
  for (std::size_t i = 0; i < got.size() && first_size_ < first_.size(); ++i) {
    first_[first_size_++] = static_cast<unsigned char>(got[i]);
  }
  ++fetched_;
  std::size_t taken = 0;
  clear_errors();
  if (BIO_write_ex(in_, got.data(), got.size(), &taken) != 1 || taken != got.size()) {
    fail(errc::corrupted, "no memory for what has come");
    clear_errors();
  }
}

result<void> connection_core::fetch(const wait_limit& limit, std::uint64_t seen) {
  held lock(lock_);
  for (;;) {
    if (const std::error_code why = unusable()) return why;
    if (fetched_ != seen) return {};
    if (input_ended_) return fail_at_end();
    if (!fetching_) break;
    if (const result<void> woken = changed_.wait(limit, lock); !woken) return woken;
  }
  std::array<std::byte, record> room;  // NOLINT: the transport fills it; its pages are the kernel's until then
  result<std::size_t> got = std::size_t{0};
  {
    const role fetcher(*this, fetching_, lock);
    got = transport_->read(limit, room);
  }
  if (closed_) return weft::errc::closed;
  if (!got) return got.error();
  if (*got > room.size()) return io::errc::no_progress;
  if (*got != 0) {
    take_in(std::span(room).first(*got));
  } else {
    input_ended_ = true;
  }
  return {};
}

result<void> connection_core::flush(const wait_limit& limit) {
  held lock(lock_);
  for (;;) {
    if (closed_) return weft::errc::closed;
    if (unsent_error_) return unsent_error_;
    if (sending_) {
      if (const result<void> woken = changed_.wait(limit, lock); !woken) return woken;
      continue;
    }
    const std::size_t size = unsent();
    if (size == 0) return {};
    const auto bytes = std::make_unique_for_overwrite<std::byte[]>(size);
    std::size_t taken = 0;
    clear_errors();
    BIO_read_ex(out_, bytes.get(), size, &taken);
    clear_errors();
    result<std::size_t> sent = std::size_t{0};
    {
      const role sender(*this, sending_, lock);
      sent = transport_->write(limit, {bytes.get(), taken});
    }
    if (closed_) return weft::errc::closed;
    if (!sent) unsent_error_ = sent.error();
    if (sent && *sent != taken) unsent_error_ = io::errc::no_progress;
  }
}

void connection_core::send_alert() { static_cast<void>(flush(once)); }

result<void> connection_core::handshake(const wait_limit& limit) {
  if (limit.called_off()) return detail::error_of(detail::wait_end::cancelled, limit);
  {
    const held lock(lock_);
    if (const std::error_code why = unusable()) return why;
    if (established_) return {};
  }
  const result<held> turn = turn_at(handshake_turn_, limit);
  if (!turn) return turn.error();
  return shake_hands(limit);
}

result<void> connection_core::shake_hands(const wait_limit& limit) {
  for (;;) {
    step end = step::done;
    std::uint64_t seen = 0;
    {
      const held lock(lock_);
      if (const std::error_code why = unusable()) return why;
      if (established_) return {};
      end = attempt(SSL_do_handshake);
      seen = fetched_;
    }
    if (end == step::failed) {
      send_alert();
      const held lock(lock_);
      return failed_;
    }
    if (const result<void> sent = flush(limit); !sent) return sent;
    if (end == step::done) {
      const held lock(lock_);
      established_ = true;
      return {};
    }
    if (const result<void> got = fetch(limit, seen); !got) return got;
  }
}

result<std::size_t> connection_core::read(const wait_limit& limit, std::span<std::byte> into) {
  if (into.empty()) return std::size_t{0};
  if (const result<void> up = handshake(limit); !up) return up.error();
  const result<held> turn = turn_at(read_turn_, limit);
  if (!turn) return turn.error();
  for (;;) {
    step end = step::done;
    std::size_t size = 0;
    std::size_t owed = 0;
    std::uint64_t seen = 0;
    {
      const held lock(lock_);
      if (closed_) return weft::errc::closed;
      if (peer_ended_) return std::size_t{0};
      if (failed_) return failed_;
      end = attempt([&](SSL* s) { return SSL_read_ex(s, into.data(), into.size(), &size); });
      seen = fetched_;
      owed = unsent();
    }
    if (end == step::done) return size;
    if (end == step::ended) return std::size_t{0};
    if (end == step::failed) {
      send_alert();
      continue;
    }
    if (owed > most_unsent) {
      if (const result<void> sent = flush(limit); !sent) return sent.error();
    }
    if (const result<void> got = fetch(limit, seen); !got) return got.error();
  }
}

result<std::size_t> connection_core::write(const wait_limit& limit, std::span<const std::byte> from) {
  if (const result<void> up = handshake(limit); !up) return up.error();
  const result<held> turn = turn_at(write_turn_, limit);
  if (!turn) return turn.error();
  std::size_t written = 0;
  while (written < from.size()) {
    step end = step::done;
    std::uint64_t seen = 0;
    {
      const held lock(lock_);
      if (const std::error_code why = unwritable()) return why;
      while (end == step::done && written < from.size() && unsent() < most_at_once) {
        std::size_t size = 0;
        const auto part = from.subspan(written, std::min(record, from.size() - written));
        end = attempt([&](SSL* s) { return SSL_write_ex(s, part.data(), part.size(), &size); });
        if (end == step::done) written += size;
      }
      seen = fetched_;
    }
    if (end == step::failed) {
      send_alert();
      continue;  // to what unwritable() says
    }
    result<void> went_on = flush(limit);
    if (went_on && end == step::needs_input) went_on = fetch(limit, seen);
    if (!went_on) return give_up_writing(went_on.error(), written != 0);
  }
  return written;
}

/// Nobody knows how much of what was `begun` has left: nothing can follow it.
std::error_code connection_core::give_up_writing(std::error_code why, bool begun) {
  const held lock(lock_);
  if (begun && !unsent_error_) unsent_error_ = why;
  return why;
}

result<void> connection_core::update_keys(const wait_limit& limit, bool peer_too) {
  if (const result<void> up = handshake(limit); !up) return up;
  const result<held> turn = turn_at(write_turn_, limit);
  if (!turn) return turn.error();
  for (bool asked = false;;) {
    step end = step::done;
    std::uint64_t seen = 0;
    {
      const held lock(lock_);
      if (const std::error_code why = unwritable()) return why;
      if (SSL_version(ssl_.get()) < TLS1_3_VERSION) return std::make_error_code(std::errc::operation_not_supported);
      end = attempt([&](SSL* s) {
        if (!asked && SSL_in_init(s) == 0) {  // else the peer is in the middle of a message
          if (SSL_key_update(s, peer_too ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED) != 1) return 0;
          asked = true;
        }
        return SSL_do_handshake(s);
      });
      seen = fetched_;
    }
    if (end == step::failed) {
      send_alert();
      continue;
    }
    if (const result<void> sent = flush(limit); !sent) return sent;
    if (end == step::done && asked) return {};
    if (end == step::done) continue;
    if (const result<void> got = fetch(limit, seen); !got) return got;
  }
}

result<void> connection_core::shutdown_write(const wait_limit& limit) {
  if (const result<void> up = handshake(limit); !up) return up;
  const result<held> turn = turn_at(write_turn_, limit);
  if (!turn) return turn.error();
  {
    const held lock(lock_);
    if (const std::error_code why = unusable()) return why;
    if (we_ended_) return {};
    if (unsent_error_) return unsent_error_;
    we_ended_ = true;
    clear_errors();
    SSL_shutdown(ssl_.get());
    clear_errors();
  }
  return flush(limit);
}

void connection_core::close(const wait_limit& limit) {
  held lock(lock_);
  if (closed_) return;
  closed_ = true;
  changed_.notify_all();
  if (established_ && !failed_ && !unsent_error_ && !sending_) {
    keep_session();
    if (!we_ended_) {
      clear_errors();
      SSL_shutdown(ssl_.get());
      clear_errors();
    }
    if (const std::size_t size = unsent(); size != 0) {
      const auto bytes = std::make_unique_for_overwrite<std::byte[]>(size);
      std::size_t taken = 0;
      BIO_read_ex(out_, bytes.get(), size, &taken);
      const role sender(*this, sending_, lock);
      static_cast<void>(transport_->write(limit, {bytes.get(), taken}));
    }
  }
  lock.unlock();
  transport_->close();
}

void connection_core::keep_session() {
  if (!client_) return;
  ssl_session session(SSL_get1_session(ssl_.get()));
  if (session && SSL_SESSION_is_resumable(session.get()) == 1) config_->keep_session(host_, std::move(session));
}

}  // namespace weft::tls
