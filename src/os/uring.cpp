// SPDX-License-Identifier: Apache-2.0
#include "os/uring.hpp"

#include <fcntl.h>
#include <linux/io_uring.h>
#include <sys/mman.h>
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

constexpr std::uint8_t opcodes[uring_codes] = {IORING_OP_READ,     IORING_OP_WRITE,   IORING_OP_FSYNC,
                                               IORING_OP_OPENAT,   IORING_OP_STATX,   IORING_OP_RENAMEAT,
                                               IORING_OP_UNLINKAT, IORING_OP_MKDIRAT, IORING_OP_ASYNC_CANCEL};

constexpr std::uint8_t opcode_of(uring_code code) noexcept { return opcodes[static_cast<std::size_t>(code)]; }

std::uint64_t address_of(const void* p) noexcept { return reinterpret_cast<std::uintptr_t>(p); }

long setup(std::uint32_t entries, io_uring_params& parameters) noexcept {
  std::memset(&parameters, 0, sizeof parameters);
  parameters.flags = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;
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
  }
}

}  // namespace

uring::~uring() { close(); }

void uring::close() noexcept {
  if (entries_ != nullptr) ::munmap(entries_, entries_size_);
  if (rings_ != nullptr) ::munmap(rings_, rings_size_);
  if (fd_ >= 0) ::close(fd_);
  entries_ = nullptr;
  rings_ = nullptr;
  fd_ = -1;
}

int uring::open(std::uint32_t entries) noexcept {
  const runtime_section inside;
  io_uring_params parameters;
  long fd = setup(entries, parameters);
  while (fd < 0 && errno == ENOMEM && entries > 8) fd = setup(entries /= 2, parameters);  // RLIMIT_MEMLOCK before 5.12
  if (fd < 0) return errno;
  fd_ = static_cast<int>(fd);
  int error = (parameters.features & needed) == needed ? 0 : ENOSYS;
  if (error == 0) error = map(&parameters);
  if (error == 0) error = probe();
  if (error == 0) error = try_out();
  if (error == 0) allow_workers();
  if (error == 0) leave_out_kernel_threads();
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
int uring::try_out() noexcept {
  uring_request request;
  request.code = uring_code::cancel;
  request.tag = request.target = 1;
  if (!push(request)) return ENOSYS;
  const int taken = enter();
  if (taken != 1) return taken < 0 ? -taken : ENOSYS;
  uring_completion completion;
  return reap(&completion, 1) == 1 && completion.tag == 1 ? 0 : ENOSYS;
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

int uring::enter() noexcept {
  const runtime_section inside;
  const int saved = errno;
  const long taken = ::syscall(SYS_io_uring_enter, fd_, submissions_, 0, 0, nullptr, 0);
  const int answer = taken < 0 ? -errno : static_cast<int>(taken);
  errno = saved;
  return answer;
}

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
void uring::make_room() noexcept {
  const runtime_section inside;
  const int saved = errno;
  ::syscall(SYS_io_uring_enter, fd_, 0, 0, IORING_ENTER_GETEVENTS, nullptr, 0);
  errno = saved;
}

}  // namespace weft::detail
