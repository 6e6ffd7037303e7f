// SPDX-License-Identifier: Apache-2.0
#include "os/uring.hpp"

#include <fcntl.h>
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "os/fiber_annotations.hpp"
#include "os/thread.hpp"

namespace weft::detail {
namespace {

constexpr std::uint32_t needed =
    IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP | IORING_FEAT_SUBMIT_STABLE | IORING_FEAT_RW_CUR_POS;

// Of a ring for one thread; what an older header may not have.
constexpr std::uint32_t setup_submit_all = 1U << 7;            // 5.18: a request that fails stops no other
constexpr std::uint32_t setup_single_issuer = 1U << 12;        // 6.0
constexpr std::uint32_t setup_deferred = 1U << 13;             // 6.1: nobody else completes anything
constexpr std::uint32_t feature_reached_by_number = 1U << 13;  // 6.3
constexpr unsigned register_number = 20;                       // 5.18: IORING_REGISTER_RING_FDS
constexpr unsigned unregister_number = 21;
constexpr unsigned register_by_number = 1U << 31;
constexpr unsigned enter_by_number = 1U << 4;

constexpr std::uint8_t opcodes[uring_codes] = {
    IORING_OP_READ,     IORING_OP_WRITE,    IORING_OP_FSYNC,   IORING_OP_OPENAT,       IORING_OP_STATX,
    IORING_OP_RENAMEAT, IORING_OP_UNLINKAT, IORING_OP_MKDIRAT, IORING_OP_ASYNC_CANCEL, IORING_OP_RECV};

constexpr std::uint8_t opcode_of(uring_code code) noexcept { return opcodes[static_cast<std::size_t>(code)]; }

std::uint64_t address_of(const void* p) noexcept { return reinterpret_cast<std::uintptr_t>(p); }

/// What the kernel knows as struct io_uring_rsrc_update.
struct numbered_ring {
  std::uint32_t number;
  std::uint32_t unused = 0;
  std::uint64_t fd = 0;
};

long setup(std::uint32_t entries, std::uint32_t flags, io_uring_params& parameters) noexcept {
  std::memset(&parameters, 0, sizeof parameters);
  parameters.flags = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP | flags;
  parameters.cq_entries = 4 * entries;
  return ::syscall(SYS_io_uring_setup, entries, &parameters);
}

void fill(io_uring_sqe& entry, const uring_request& request) noexcept {
  std::memset(&entry, 0, sizeof entry);
  entry.opcode = opcode_of(request.code);
  entry.flags = request.by_worker ? IOSQE_ASYNC : 0;
  entry.fd = request.fd;
  entry.off = request.offset;
  entry.addr = address_of(request.address);
  entry.len = request.length;
  entry.user_data = request.tag;
  switch (request.code) {
    case uring_code::read:
    case uring_code::write:
      break;
    case uring_code::sync:
      entry.fsync_flags = request.flags != 0 ? IORING_FSYNC_DATASYNC : 0;
      break;
    case uring_code::open:
      entry.fd = AT_FDCWD;
      entry.open_flags = request.flags;
      break;
    case uring_code::status:
      entry.len = STATX_BASIC_STATS;
      entry.off = address_of(request.other);
      entry.statx_flags = request.flags;
      break;
    case uring_code::rename:
      entry.fd = AT_FDCWD;
      entry.len = static_cast<std::uint32_t>(AT_FDCWD);
      entry.off = address_of(request.other);
      break;
    case uring_code::remove:
      entry.fd = AT_FDCWD;
      entry.unlink_flags = request.flags;
      break;
    case uring_code::make_directory:
      entry.fd = AT_FDCWD;
      break;
    case uring_code::cancel:
      entry.addr = request.target;
      break;
    case uring_code::receive:
      entry.msg_flags = MSG_DONTWAIT;  // complete when enter() returns
      break;
  }
}

}  // namespace

uring::~uring() { close(); }

void uring::close() noexcept {
  if (hidden_ != none) {
    numbered_ring ring{hidden_};
    ::syscall(SYS_io_uring_register, hidden_, unregister_number | register_by_number, &ring, 1);
  }
  if (entries_ != nullptr) ::munmap(entries_, entries_size_);
  if (rings_ != nullptr) ::munmap(rings_, rings_size_);
  if (fd_ >= 0) ::close(fd_);
  entries_ = nullptr;
  rings_ = nullptr;
  fd_ = -1;
  hidden_ = none;
}

int uring::open(std::uint32_t entries) noexcept {
  const runtime_section inside;
  int error = open_with(entries, 0);
  if (error == 0) error = try_cancel();
  if (error == 0) allow_workers();
  if (error == 0) leave_out_kernel_threads();
  if (error != 0) close();
  return error;
}

int uring::open_for_thread(std::uint32_t entries) noexcept {
  const runtime_section inside;
  int error = open_with(entries, setup_submit_all | setup_single_issuer | setup_deferred);
  if (error == 0) error = knows(uring_code::receive) ? try_receive() : ENOSYS;
  if (error == 0) error = hide();
  if (error != 0) close();
  return error;
}

/// That a receive which finds nothing is complete at once, and nothing stays under way.
int uring::try_receive() noexcept {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return errno;
  char byte;
  uring_request request;
  request.code = uring_code::receive;
  request.fd = ends[0];
  request.address = &byte;
  request.length = 1;
  const int error = try_out(request, -EAGAIN);
  ::close(ends[0]);
  ::close(ends[1]);
  return error;
}

/// The program, and what counts its descriptors, need not see one for each worker.
int uring::hide() noexcept {
  numbered_ring ring{none, 0, static_cast<std::uint64_t>(fd_)};
  const long registered = ::syscall(SYS_io_uring_register, fd_, register_number, &ring, 1);
  if (registered != 1) return registered < 0 ? errno : ENOSYS;
  hidden_ = ring.number;
  ::close(fd_);
  fd_ = -1;
  return 0;
}

int uring::open_with(std::uint32_t entries, std::uint32_t setup_flags) noexcept {
  io_uring_params parameters;
  long fd = setup(entries, setup_flags, parameters);
  while (fd < 0 && errno == ENOMEM && entries > 8) {  // RLIMIT_MEMLOCK before 5.12
    fd = setup(entries /= 2, setup_flags, parameters);
  }
  if (fd < 0) return errno;
  fd_ = static_cast<int>(fd);
  const std::uint32_t features = needed | (setup_flags != 0 ? feature_reached_by_number : 0);
  int error = (parameters.features & features) == features ? 0 : ENOSYS;
  if (error == 0) error = map(&parameters);
  if (error == 0) error = probe();
  if (error != 0) close();
  return error;
}

int uring::map(const void* given) noexcept {
  const auto& parameters = *static_cast<const io_uring_params*>(given);
  submissions_ = parameters.sq_entries;
  completions_ = parameters.cq_entries;
  const std::size_t submit_size = parameters.sq_off.array + submissions_ * sizeof(std::uint32_t);
  const std::size_t complete_size = parameters.cq_off.cqes + completions_ * sizeof(io_uring_cqe);
  rings_size_ = submit_size > complete_size ? submit_size : complete_size;
  void* const rings = ::mmap(nullptr, rings_size_, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, IORING_OFF_SQ_RING);
  if (rings == MAP_FAILED) return errno;
  rings_ = static_cast<std::byte*>(rings);
  entries_size_ = submissions_ * sizeof(io_uring_sqe);
  void* const entries = ::mmap(nullptr, entries_size_, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, IORING_OFF_SQES);
  if (entries == MAP_FAILED) return errno;
  entries_ = static_cast<io_uring_sqe*>(entries);
  // A forked child has the ring's descriptor, but must never come near the queues.
  ::madvise(rings, rings_size_, MADV_DONTFORK);
  ::madvise(entries, entries_size_, MADV_DONTFORK);
  const auto word_at = [this](std::uint32_t offset) { return reinterpret_cast<word*>(rings_ + offset); };
  submit_head_ = word_at(parameters.sq_off.head);
  submit_tail_ = word_at(parameters.sq_off.tail);
  submit_flags_ = word_at(parameters.sq_off.flags);
  complete_head_ = word_at(parameters.cq_off.head);
  complete_tail_ = word_at(parameters.cq_off.tail);
  completed_ = reinterpret_cast<const io_uring_cqe*>(rings_ + parameters.cq_off.cqes);
  auto* const order = reinterpret_cast<std::uint32_t*>(rings_ + parameters.sq_off.array);
  for (std::uint32_t i = 0; i < submissions_; ++i) order[i] = i;
  return 0;
}

int uring::probe() noexcept {
  constexpr std::uint32_t most = 256;
  alignas(io_uring_probe) std::byte memory[sizeof(io_uring_probe) + most * sizeof(io_uring_probe_op)] = {};
  auto* const answer = reinterpret_cast<io_uring_probe*>(memory);
  if (::syscall(SYS_io_uring_register, fd_, IORING_REGISTER_PROBE, answer, most) < 0) return errno;
  for (std::size_t i = 0; i < uring_codes; ++i) {
    const std::uint8_t opcode = opcodes[i];
    known_[i] = opcode <= answer->last_op && (answer->ops[opcode].flags & IO_URING_OP_SUPPORTED) != 0;
  }
  return knows(uring_code::read) && knows(uring_code::write) && knows(uring_code::cancel) ? 0 : ENOSYS;
}

/// What may block is done by threads of the kernel, by default four per processor; a few that open a FIFO to which
/// nobody comes would hold up all others. They are made when those that exist are blocked.
void uring::allow_workers() noexcept {
  constexpr unsigned register_most_workers = 19;  // IORING_REGISTER_IOWQ_MAX_WORKERS, 5.15
  std::uint32_t most[2] = {256, 0};               // of those for files; of the others: as it was
  ::syscall(SYS_io_uring_register, fd_, register_most_workers, most, 2);
}

/// To cancel what is not there fails at once; that it does so by a completion is what is asked.
int uring::try_cancel() noexcept {
  uring_request request;
  request.code = uring_code::cancel;
  request.tag = request.target = 1;
  return try_out(request, -ENOENT);
}

int uring::try_out(const uring_request& request, std::int32_t expected) noexcept {
  if (!push(request)) return ENOSYS;
  const int taken = enter();
  if (taken != 1) return taken < 0 ? -taken : ENOSYS;
  uring_completion completion;
  const bool answered = reap(&completion, 1) == 1 && completion.tag == request.tag;
  return answered && completion.result == expected ? 0 : ENOSYS;
}

bool uring::push(const uring_request& request) noexcept {
  const std::uint32_t tail = submit_tail_->load(memory_order_relaxed);
  if (tail - submit_head_->load(memory_order_acquire) == submissions_) return false;
  fill(entries_[tail & (submissions_ - 1)], request);
  submit_tail_->store(tail + 1, memory_order_release);
  return true;
}

std::uint32_t uring::pushed() const noexcept { return submit_tail_->load(memory_order_relaxed); }

bool uring::taken_until(std::uint32_t place) const noexcept {
  return static_cast<std::int32_t>(submit_head_->load(memory_order_acquire) - place) >= 0;
}

int uring::call(std::uint32_t submit, std::uint32_t flags) noexcept {
  const runtime_section inside;
  const int saved = errno;
  const bool by_number = hidden_ != none;
  const auto ring = by_number ? hidden_ : static_cast<std::uint32_t>(fd_);
  const long taken =
      ::syscall(SYS_io_uring_enter, ring, submit, 0, flags | (by_number ? enter_by_number : 0), nullptr, 0);
  const int answer = taken < 0 ? -errno : static_cast<int>(taken);
  errno = saved;
  return answer;
}

int uring::enter() noexcept { return call(submissions_, 0); }

void uring::withdraw() noexcept { submit_tail_->store(submit_head_->load(memory_order_acquire), memory_order_release); }

std::size_t uring::reap(uring_completion* out, std::size_t n) noexcept {
  if ((submit_flags_->load(memory_order_acquire) & IORING_SQ_CQ_OVERFLOW) != 0) make_room();
  std::uint32_t head = complete_head_->load(memory_order_relaxed);
  const std::uint32_t tail = complete_tail_->load(memory_order_acquire);
  std::size_t taken = 0;
  for (; head != tail && taken < n; ++head) {
    const io_uring_cqe& from = completed_[head & (completions_ - 1)];
    out[taken++] = {from.user_data, from.res};
  }
  complete_head_->store(head, memory_order_release);
  return taken;
}

/// More are complete than the queue could hold: the kernel puts into it what there is room for.
void uring::make_room() noexcept { static_cast<void>(call(0, IORING_ENTER_GETEVENTS)); }

}  // namespace weft::detail
