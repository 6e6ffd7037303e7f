// SPDX-License-Identifier: Apache-2.0
//
// Edges are listed on shelves, by the number of the party that waits, and a second time by the object to which its
// goroutine owes something; each shelf has a lock of its own, so that parties seldom meet.
//
// The search begins with what the new edge's party waits for: that party is nearly always at work, has no edge, and the
// search is over, after one look at one shelf. Otherwise it goes on breadth-first from party to party, one search at a
// time, in tables that are static because a goroutine's stack may be small. It looks at 2,048 parties at most.
//
// Why a cycle that is reported is one. While the search goes from shelf to shelf the graph changes. So a cycle that it
// has met is looked at once more with the shelves of all its parties locked, in the order of their addresses: no edge
// of theirs can come or go meanwhile. Then for each party P, which waits for what Q has:
//   1. P's edge is the one that was met, and P's goroutine was not left behind by a run.
//   2. The object is there: P takes its edge away before it returns, and nobody may destroy what P waits for before.
//   3. Its mark says Q. Q has an edge, so it has called nothing since that would free the object; what it did before is
//      seen, because edges are read under the lock under which they were listed. A mark is 0 before the lock is free
//      and until a new owner has written his number. So Q is the owner; or, for members, Q owes something to it.
//   4. After all marks were read, nobody had let P go (`over`).
// So at the moment of 3 all of them waited, each for the next. None can act until another has. Only who is not in the
// cycle may dissolve it, where an object allows that: then it is not `certain`.
//
// Only the last edge of a cycle has its party look; those that were there before are asleep. If two come at once, one
// of them is listed later and sees the other; if both do, it is told of by the first, who marks its
// edges. A
// party is listed before those who join it are: they wait until it ends, and so as long as its edge is there.
//
// Memory ordering: shelves' locks; `over` is released by who lets go and acquired in 4, after the acquiring loads of
// the marks in 3: who reads a mark written after P was let go sees that it was.
#include "park/wait_graph.hpp"

#include <algorithm>

#include "weft/detail/word_lock.hpp"

namespace weft::detail {

namespace {

/// Its lists end with null, so that what is zero is an empty shelf.
struct shelf {
  word_lock lock;
  std::uint64_t listed = 0;  // how often; under lock, as the next
  list_hook parties;         // edges, by who waits
  list_hook debtors;         // debtor_hooks, by what is owed to
};

constexpr std::size_t shelf_count = 4096;
constinit shelf shelves[shelf_count]{};

std::size_t shelf_of(party_number who) noexcept { return (who * 0x9e3779b97f4a7c15) >> 52; }

std::size_t shelf_of(const void* object) noexcept { return shelf_of(reinterpret_cast<std::uintptr_t>(object) / 8); }

static_assert(shelf_count == std::size_t{1} << (64 - 52));

shelf& shelf_at(std::size_t index) noexcept { return shelves[index]; }

void link(list_hook& head, list_hook& element) noexcept {
  element.next_ = head.next_;
  element.prev_ = &head;
  if (head.next_ != nullptr) head.next_->prev_ = &element;
  head.next_ = &element;
}

void unlink(list_hook& element) noexcept {
  element.prev_->next_ = element.next_;
  if (element.next_ != nullptr) element.next_->prev_ = element.prev_;
  element.next_ = element.prev_ = nullptr;
}

class shelf_guard {
 public:
  explicit shelf_guard(shelf& s) noexcept : shelf_(s) { shelf_.lock.lock(); }
  shelf_guard(const shelf_guard&) = delete;
  shelf_guard& operator=(const shelf_guard&) = delete;
  ~shelf_guard() { shelf_.lock.unlock(); }

 private:
  shelf& shelf_;
};

/// Shelf locked.
wait_edge* edge_of(shelf& s, party_number who) noexcept {
  for (list_hook* each = s.parties.next_; each != nullptr; each = each->next_) {
    auto* const edge = static_cast<wait_edge*>(each);
    if (edge->waiting == who) return edge;
  }
  return nullptr;
}

/// Shelf of the edge locked. What was left behind by a run waits for nothing: its objects may be gone.
bool is_live(const wait_edge& edge) noexcept {
  return !edge.over.load(memory_order_acquire) && (edge.who == nullptr || !is_abandoned(*edge.who));
}

struct aim {
  party_number who = nobody_known;
  bool in_front = false;  // only if it waits for the same object, in front
};

/// Shelf of the edge locked. The one party that it waits for, if it is known.
aim aim_of(const wait_edge& edge) noexcept {
  if (edge.owner == nullptr) return {edge.whom};
  const party_number who = edge.owner->who();
  const bool reads = (who & reader_mark) != 0;
  if (edge.target == wait_target::in_front && (who == nobody_known || reads)) return {edge.whom, true};
  if (!reads) return {who};
  return {edge.target == wait_target::writer ? nobody_known : who & ~reader_mark};
}

/// Shelf of the party, which waits, locked.
wait_edge& edge_in_cycle(party_number who) noexcept { return *edge_of(shelf_at(shelf_of(who)), who); }

/// The search's tables; used by one at a time.
class search {
 public:
  [[nodiscard]] bool run(party_number start, wait_cycle* found) noexcept {
    lock_.lock();
    count_ = 0;
    ++stamp_;
    closing_ = none;
    add(start, 0, nullptr);
    for (std::size_t next = 0; next < count_ && closing_ == none; ++next) expand(next);
    const bool cyclic = closing_ != none && holds(found);
    lock_.unlock();
    return cyclic;
  }

 private:
  static constexpr std::uint32_t most = 2048;
  static constexpr std::uint32_t none = most;
  struct seen {
    party_number who;
    std::uint64_t stamp;
  };

  void add(party_number who, std::uint32_t from, const void* in_front_of) noexcept;
  void expand(std::size_t index) noexcept;
  [[nodiscard]] bool first_seen(party_number who) noexcept;
  [[nodiscard]] bool holds(wait_cycle* found) noexcept;
  [[nodiscard]] std::size_t order_cycle() noexcept;
  [[nodiscard]] static bool still_waits_for(blocked_party& p, const blocked_party& q) noexcept;

  word_lock lock_;  // of all that follows
  std::uint32_t count_ = 0;
  std::uint32_t closing_ = none;  // the party that waits for the first
  std::uint64_t stamp_ = 0;
  blocked_party steps_[most]{};
  seen table_[2 * most]{};
  std::uint32_t cycle_[most]{};
  std::size_t shelves_[most]{};
  party_number debtors_[most]{};
};

constinit search the_search;

bool search::first_seen(party_number who) noexcept {
  std::size_t at = shelf_of(who);
  while (table_[at].stamp == stamp_) {
    if (table_[at].who == who) return false;
    at = (at + 1) % (2 * most);
  }
  table_[at] = {who, stamp_};
  return true;
}

/// A party that is waited for, if it waits. `in_front_of`: only if it waits for this.
void search::add(party_number who, std::uint32_t from, const void* in_front_of) noexcept {
  if (who == nobody_known || count_ == most || closing_ != none) return;
  if (count_ > 0 && who == steps_[0].who) {
    closing_ = from;
    return;
  }
  if (!first_seen(who)) return;
  shelf& s = shelf_at(shelf_of(who));
  const shelf_guard hold(s);
  const wait_edge* const edge = edge_of(s, who);
  if (edge == nullptr || !is_live(*edge)) return;
  if (in_front_of != nullptr && edge->object != in_front_of) return;
  steps_[count_++] = {who, edge->who, edge->object, edge->number, from, edge->reason, edge->target};
}

void search::expand(std::size_t index) noexcept {
  const blocked_party at = steps_[index];
  const auto from = static_cast<std::uint32_t>(index);
  if (at.target != wait_target::members) {
    shelf& s = shelf_at(shelf_of(at.who));
    s.lock.lock();
    const wait_edge* const edge = edge_of(s, at.who);
    const bool same = edge != nullptr && edge->number == at.edge && is_live(*edge);
    const aim next = same ? aim_of(*edge) : aim();
    s.lock.unlock();
    add(next.who, from, next.in_front ? at.object : nullptr);
    return;
  }
  // add() locks shelves. A debtor that is missed has been let go, or comes later and looks itself.
  std::uint32_t debtors = 0;
  {
    shelf& s = shelf_at(shelf_of(at.object));
    const shelf_guard hold(s);
    for (list_hook* each = s.debtors.next_; each != nullptr && debtors < most; each = each->next_) {
      const wait_edge& edge = *static_cast<debtor_hook*>(each)->edge;
      if (edge.owes == at.object) debtors_[debtors++] = edge.waiting;
    }
  }
  for (std::uint32_t i = 0; i < debtors; ++i) add(debtors_[i], from, nullptr);
}

/// The indices of the cycle's parties, from the first on; how many.
std::size_t search::order_cycle() noexcept {
  std::size_t length = 0;
  for (std::uint32_t at = closing_;; at = steps_[at].from) {
    cycle_[length++] = at;
    if (at == 0) break;
  }
  std::reverse(cycle_, cycle_ + length);
  return length;
}

/// Shelves of both locked. Who waits behind a writer that has the lock by now waits for its owner.
bool search::still_waits_for(blocked_party& p, const blocked_party& q) noexcept {
  const wait_edge* const edge = edge_of(shelf_at(shelf_of(p.who)), p.who);
  const wait_edge* const next = edge_of(shelf_at(shelf_of(q.who)), q.who);
  if (edge == nullptr || next == nullptr || edge->number != p.edge || !is_live(*edge)) return false;
  if (p.target == wait_target::members) return next->owes == p.object;
  const aim whom = aim_of(*edge);
  if (p.target == wait_target::in_front && !whom.in_front) p.target = wait_target::owner;
  if (whom.in_front && (next->number != edge->whom_number || next->object != edge->object)) return false;
  return whom.who == q.who;
}

/// Whether the cycle that was met is one. If it is to be told of: and has not been told of yet.
bool search::holds(wait_cycle* found) noexcept {
  const std::size_t length = order_cycle();
  for (std::size_t i = 0; i < length; ++i) shelves_[i] = shelf_of(steps_[cycle_[i]].who);
  std::sort(shelves_, shelves_ + length);
  const auto locked = static_cast<std::size_t>(std::unique(shelves_, shelves_ + length) - shelves_);
  for (std::size_t i = 0; i < locked; ++i) shelf_at(shelves_[i]).lock.lock();
  bool cyclic = true;
  for (std::size_t i = 0; i < length && cyclic; ++i) {
    cyclic = still_waits_for(steps_[cycle_[i]], steps_[cycle_[(i + 1) % length]]);
  }
  bool told = found != nullptr;
  for (std::size_t i = 0; i < length && cyclic; ++i) {
    const wait_edge& edge = edge_in_cycle(steps_[cycle_[i]].who);
    cyclic = is_live(edge);
    told = told && edge.told;
  }
  cyclic = cyclic && !told;
  for (std::size_t i = 0; i < length && cyclic && found != nullptr; ++i)
    edge_in_cycle(steps_[cycle_[i]].who).told = true;
  for (std::size_t i = locked; i-- > 0;) shelf_at(shelves_[i]).lock.unlock();
  if (!cyclic || found == nullptr) return cyclic;
  found->length = length;
  found->told = std::min(length, most_told);
  for (std::size_t i = 0; i < found->told; ++i) found->parties[i] = steps_[cycle_[i]];
  return true;
}

/// The first look, without the tables: whether somebody for whom the edge waits does wait, too.
bool may_go_on(const wait_edge& edge) noexcept {
  if (edge.target == wait_target::members) {
    shelf& s = shelf_at(shelf_of(edge.object));
    const shelf_guard hold(s);
    for (list_hook* each = s.debtors.next_; each != nullptr; each = each->next_) {
      if (static_cast<debtor_hook*>(each)->edge->owes == edge.object) return true;
    }
    return false;
  }
  const party_number whom = aim_of(edge).who;
  if (whom == nobody_known) return false;
  shelf& s = shelf_at(shelf_of(whom));
  const shelf_guard hold(s);
  return edge_of(s, whom) != nullptr;
}

}  // namespace

bool wait_cycle::certain() const noexcept {
  for (std::size_t i = 0; i < told; ++i) {
    const wait_reason why = parties[i].reason;
    if (why != wait_reason::join && why != wait_reason::group_wait && why != wait_reason::once) return false;
  }
  return told == length;
}

bool find_cycle(party_number start, wait_cycle* found) noexcept { return the_search.run(start, found); }

void for_each_graph_memory(void (*visit)(void* arg, const void* begin, std::size_t size), void* arg) {
  visit(arg, shelves, sizeof shelves);
  visit(arg, &the_search, sizeof the_search);
}

bool wait_edge::insert() noexcept {
  waiting = this_party();
  who = (waiting & thread_party) == 0 ? current() : nullptr;
  list();
  for (goroutine* at = who; at != nullptr;) {
    at = static_cast<goroutine*>(at->body.use(at->body, closure_use::awaited));
  }
  return may_go_on(*this) && find_cycle(waiting, nullptr);
}

void wait_edge::list_for(goroutine& waiting_one) noexcept {
  waiting = party_of(waiting_one);
  who = &waiting_one;
  list();
}

void wait_edge::list() noexcept {
  owes = who != nullptr ? who->body.use(who->body, closure_use::owes) : nullptr;
  if (owes != nullptr) {
    debtor.edge = this;
    shelf& s = shelf_at(shelf_of(owes));
    const shelf_guard hold(s);
    link(s.debtors, debtor);
  }
  {
    shelf& s = shelf_at(shelf_of(waiting));
    const shelf_guard hold(s);
    number = ++s.listed;
    link(s.parties, *this);
  }
}

void wait_edge::close() noexcept {
  if (owes != nullptr) {
    shelf& s = shelf_at(shelf_of(owes));
    const shelf_guard hold(s);
    unlink(debtor);
  }
  shelf& s = shelf_at(shelf_of(waiting));
  const shelf_guard hold(s);
  unlink(*this);
  waiting = nobody_known;
}

}  // namespace weft::detail
