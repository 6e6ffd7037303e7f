# SPDX-License-Identifier: Apache-2.0
"""How gdb prints the objects of weft: what is in them, and who waits. weft-gdb.py imports this file.

Lists of waiters are read without their lock, in a program that stands still: somebody may be halfway into one. Who has
given up, or was completed elsewhere, may still be in it.
"""

import re

import gdb
import gdb.printing

NAMESPACE = "weft::detail::"


# ---- values ----------------------------------------------------------------------------------------------------------


def plain(value):
    """What is inside an atomic, or the value itself."""
    value = value.referenced_value() if value.type.code == gdb.TYPE_CODE_REF else value
    kind = value.type.strip_typedefs()
    while kind.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
        inside = [f for f in kind.fields() if f.is_base_class or f.name in ("_M_b", "_M_p", "_M_i", "_M_base")]
        if not inside:
            return value
        value = value[inside[-1]]
        kind = value.type.strip_typedefs()
    return value


def number(value):
    return int(plain(value))


def offset(kind, *path):
    """Where a member of a member of a type lies."""
    at = 0
    for name in path:
        field = next(each for each in kind.strip_typedefs().fields() if each.name == name)
        at += field.bitpos // 8
        kind = field.type
    return at


# ---- pretty-printers -------------------------------------------------------------------------------------------------


def shown_id(number_):
    """The number of a goroutine as reports have it: each main is 1 (src/park/goroutine.hpp, later_main)."""
    return 1 if number_ & (1 << 61) else number_


def party(number_):
    """Who has a lock: the numbers of src/park/party, see party.hpp."""
    if number_ == 0:
        return "somebody"
    reads = " (reads)" if number_ & (1 << 62) else ""
    number_ &= ~(1 << 62)
    if number_ & (1 << 63):
        return "thread %d%s" % (number_ & ~(1 << 63), reads)
    return "goroutine %d%s" % (shown_id(number_), reads)


def waiting(list_):
    """Who is in a wait_list, in words; they may have given up already."""
    node_type = gdb.lookup_type(NAMESPACE + "wait_node").pointer()
    head = list_["head_"].address
    hook, found = list_["head_"]["next_"], []
    while int(hook) not in (0, int(head)) and len(found) < 1000:
        who = hook.cast(node_type)["who"].dereference()
        kind = int(who["kind"])
        if kind not in (1, 2) and int(who["party"]) != 0:
            record = who["party"].cast(gdb.lookup_type(NAMESPACE + "goroutine").pointer())
            found.append("goroutine %d" % shown_id(number(record["id"])))
        else:
            found.append("a thread" if kind == 1 else "a coroutine" if kind == 2 else "somebody")
        hook = hook["next_"]
    return found


def told(*parts):
    return ", ".join(part for part in parts if part)


def waited_for(queue, by="waited for by "):
    names = waiting(queue["list_"])
    return by + ", ".join(names) if names else ""


class Printer:
    def __init__(self, value):
        self.value = value


class ChannelPrinter(Printer):
    """chan, sender, receiver: its elements are the children."""

    def __init__(self, value):
        super().__init__(value)
        self.core = value["core_"]

    def ring(self):
        core = self.core.dereference()
        head, tail = number(core["head_"]), number(core["tail_"])
        capacity, lap = number(core["capacity_"]), number(core["lap_"])
        while head != tail and lap != 0:
            yield head & (lap - 1)
            head = head + 1 if (head & (lap - 1)) + 1 != capacity else head - (head & (lap - 1)) + lap

    def to_string(self):
        kind = re.sub(r"^weft::|detail::", "", short_type(self.value.type))
        if int(self.core) == 0:
            return "%s: null" % kind
        core = self.core.dereference()
        state = number(core["state_"])
        receivers, senders = waiting(core["receivers_"]), waiting(core["senders_"])
        capacity = number(core["capacity_"])
        return told(
            "%s: %s" % (kind, "%d of %d" % (len(list(self.ring())), capacity) if capacity else "unbuffered"),
            "closed" if state & 1 else "",
            "a timer's" if state & 8 else "",
            "receiving: " + ", ".join(receivers) if receivers else "",
            "sending: " + ", ".join(senders) if senders else "",
        )

    def children(self):
        if int(self.core) == 0:
            return
        element = self.value.type.strip_typedefs().template_argument(0)
        fields = element.strip_typedefs()
        if fields.code == gdb.TYPE_CODE_STRUCT and not fields.fields():
            return  # an empty type is not stored
        base = gdb.lookup_type(NAMESPACE + "channel_core").sizeof
        alignment = max(16, getattr(element, "alignof", 16))
        first = int(self.core) + (base + alignment - 1) // alignment * alignment
        for i, index in enumerate(self.ring()):
            at = first + index * element.sizeof
            yield "[%d]" % i, gdb.Value(at).cast(element.pointer()).dereference()

    def display_hint(self):
        return "array"


class MutexPrinter(Printer):
    def to_string(self):
        locked = number(self.value["state_"]) & 1
        owner = party(number(self.value["owner_"]["number_"]))
        return "mutex: " + told("locked by " + owner if locked else "free", waited_for(self.value["queue_"]))


class SharedMutexPrinter(Printer):
    def to_string(self):
        readers = int(self.value["readers_"])
        owner = party(number(self.value["owner_"]["number_"]))
        state = "locked by " + owner if self.value["writing_"] else "read by %d" % readers if readers else "free"
        return "shared_mutex: " + told(state, waited_for(self.value["queue_"]))


class WaitGroupPrinter(Printer):
    def to_string(self):
        return "wait_group: " + told("%d to come" % (number(self.value["state_"]) >> 1), waited_for(self.value["queue_"]))


class SemaphorePrinter(Printer):
    def to_string(self):
        units = "%d of %d free" % (int(self.value["free_"]), int(self.value["size_"]))
        return "semaphore: " + told(units, waited_for(self.value["queue_"]))


class ConditionPrinter(Printer):
    def to_string(self):
        return "condition: " + (waited_for(self.value["queue_"]) or "nobody waits")


class OncePrinter(Printer):
    def to_string(self):
        state = ("not yet", "running", "done")[number(self.value["state_"])]
        by = " by " + party(number(self.value["owner_"]["number_"])) if state == "running" else ""
        return "once: " + told(state + by, waited_for(self.value["queue_"]))


class TaskPrinter(Printer):
    def to_string(self):
        kept = self.value["state_"]  # a unique_ptr is as large as its pointer
        pointed = kept.type.strip_typedefs().template_argument(0).pointer()
        state = kept.address.cast(pointed.pointer()).dereference()
        if int(state) == 0:
            return "task: none"
        # Not state.dereference(): gdb would look for the class that derives from it, and complain.
        at = int(state) + offset(pointed.target(), "ended")
        ended = gdb.Value(at).cast(gdb.lookup_type(NAMESPACE + "completion").pointer()).dereference()
        by = ""
        if int(ended["of_"]) != 0:
            record = ended["of_"].cast(gdb.lookup_type(NAMESPACE + "goroutine").pointer())
            by = " (goroutine %d)" % shown_id(number(record["id"]))
        return "task: " + told("ended" if ended["finished_"] else "under way" + by, waited_for(ended["queue_"]))


class ContextPrinter(Printer):
    def to_string(self):
        value = self.value["context_"] if "context_" in [f.name for f in self.value.type.fields()] else self.value
        if int(value["node_"]) == 0:
            return "context: moved away"
        nearest = value["node_"].dereference()["nearest_"]
        if int(nearest) == 0:
            return "context: never ends"
        reason = number(nearest.dereference()["wakes_"]["reason_"])
        deadline = number(nearest.dereference()["deadline_"])
        limit = "deadline at %d ns" % deadline if deadline != (1 << 63) - 1 else ""
        return "context: " + told("open" if reason == 0 else "ended (%s)" % reason_text(reason), limit)


def reason_text(reason):
    for field in gdb.lookup_type("weft::errc").strip_typedefs().fields():
        if field.enumval == reason:
            return field.name.rsplit("::", 1)[-1]
    return str(reason)


def short_type(kind):
    return re.sub(r", weft::detail::direction::\w+|, \(weft::detail::direction\)\d+", "", str(kind.strip_typedefs()))


def printers():
    found = gdb.printing.RegexpCollectionPrettyPrinter("weft")
    for name, pattern, printer in (
        ("channel", r"^weft::(chan|sender|receiver)<.*>$", ChannelPrinter),
        ("mutex", r"^weft::mutex$", MutexPrinter),
        ("shared_mutex", r"^weft::shared_mutex$", SharedMutexPrinter),
        ("wait_group", r"^weft::wait_group$", WaitGroupPrinter),
        ("semaphore", r"^weft::semaphore$", SemaphorePrinter),
        ("condition", r"^weft::condition$", ConditionPrinter),
        ("once", r"^weft::once$", OncePrinter),
        ("task", r"^weft::task<.*>$", TaskPrinter),
        ("context", r"^weft::(context|cancel_scope)$", ContextPrinter),
    ):
        found.add_printer(name, pattern, printer)
    return found


gdb.printing.register_pretty_printer(None, printers(), replace=True)
