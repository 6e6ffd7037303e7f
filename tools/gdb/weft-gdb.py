# SPDX-License-Identifier: Apache-2.0
"""gdb for programs on weft: source this file, in a live process or on a core file.

    info goroutines [all]         a table; at most 1000 without "all"
    goroutine N COMMAND           COMMAND in the place of goroutine N: bt, frame 3, info locals, print x
    goroutine all COMMAND         in that of each
    weft-core FILE                a core file with all their stacks (gdb's own would lack them)
    print channel, lock, group    weft's types show what is in them, and who waits

How it works. A program keeps a record of every goroutine in slabs that are never freed (src/park/registry.cpp). Their
bytes are read slab by slab, because a million of gdb's values would take minutes. Whose stack the stack pointer of a
thread lies in runs on that thread, whatever its record says; every other goroutine has left where it goes on in its
record: three registers, and rbx (aarch64: x19) below its stack pointer (src/os/context.hpp). To show such a goroutine
the selected thread is given a caller: while a command runs, an unwinder says that the thread's innermost frame was
called from where the goroutine stands. So frame #0, which is not shown, is the thread's, and the goroutine's begin with
#1, or later if the thread stands in inlined functions. Nothing is written, so that core files are no different.

What it needs: debug information of weft and of the program (-g, also with -O2).
"""

import os
import re
import struct
import sys

import gdb
import gdb.unwinder

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode, written = True, sys.dont_write_bytecode
from weft_printers import NAMESPACE, offset, plain, shown_id  # noqa: E402

sys.dont_write_bytecode = written
del sys.path[0]

RECORDS = "_ZZN4weft6detail12_GLOBAL__N_15storeEvE4only"  # the static variable in store()


# ---- goroutines ------------------------------------------------------------------------------------------------------


def text(address, otherwise=""):
    """The characters at an address."""
    if address == 0:
        return otherwise
    try:
        pointer = gdb.Value(address).cast(gdb.lookup_type("char").const().pointer())
        return pointer.string(errors="replace", length=-1)
    except gdb.error:
        return otherwise


class Goroutine:
    """One record, as it is in memory."""

    def __init__(self, layout, address, data):
        self.address = address
        for name, (at, form) in layout.members.items():
            setattr(self, name, struct.unpack_from(form, data, at)[0])
        self.id = shown_id(self.id)
        self.state = layout.states.get(self.state, "?")
        self.reason = layout.reasons.get(self.reason, "?")

    @property
    def bounds(self):
        return (self.top - self.size, self.top) if self.top else (0, 0)

    def doing(self, thread):
        if thread is not None:
            return "running" if self.state != "waiting" else self.reason
        if self.state != "waiting":
            return {"fresh": "not run yet", "woken": "runnable"}.get(self.state, self.state)
        return self.reason + (" 0x%x" % self.object if self.object else "")

    def title(self, thread):
        label = text(self.label)
        start = "%s:%d" % (text(self.file, "?"), self.line)
        return "%s%s" % (self.doing(thread), " {%s}" % label if label else ""), start


class Layout:
    """Where the members of a record lie."""

    def __init__(self):
        kind = gdb.lookup_type(NAMESPACE + "goroutine")
        self.size = kind.sizeof
        self.members = {
            "pc": (offset(kind, "self", "at", "pc"), "<Q"),
            "sp": (offset(kind, "self", "at", "sp"), "<Q"),
            "fp": (offset(kind, "self", "at", "fp"), "<Q"),
            "top": (offset(kind, "self", "bounds", "top"), "<Q"),
            "size": (offset(kind, "self", "bounds", "size"), "<Q"),
            "id": (offset(kind, "id"), "<Q"),
            "object": (offset(kind, "object"), "<Q"),
            "file": (offset(kind, "file"), "<Q"),
            "line": (offset(kind, "line"), "<I"),
            "label": (offset(kind, "label"), "<Q"),
            "state": (offset(kind, "state"), "<B"),
            "reason": (offset(kind, "reason"), "<B"),
        }
        self.states = self.names("goroutine_state")
        self.reasons = {value: name.replace("_", " ") for value, name in self.names("wait_reason").items()}

    @staticmethod
    def names(kind):
        values = gdb.lookup_type(NAMESPACE + kind).strip_typedefs().fields()
        return {field.enumval: field.name.rsplit("::", 1)[-1] for field in values}


def slabs():
    """The address of the first record of each slab, and how many there are."""
    kind = gdb.lookup_type(NAMESPACE + "(anonymous namespace)::record_store").pointer()
    store = gdb.parse_and_eval("*(unsigned long *)&'%s'" % RECORDS)
    if int(store) == 0:
        return
    slab = plain(store.cast(kind)["newest_slab"])
    while int(slab) != 0:
        yield int(slab) + slab.dereference().type.sizeof, int(slab["count"])
        slab = slab["older"]


def goroutines():
    """All there are, the oldest first."""
    try:
        layout = Layout()
        found = []
        for address, count in slabs():
            data = gdb.selected_inferior().read_memory(address, count * layout.size)
            at, form = layout.members["id"]
            for i in range(count):
                if struct.unpack_from(form, data, i * layout.size + at)[0] == 0:
                    continue
                record = data[i * layout.size : (i + 1) * layout.size]
                found.append(Goroutine(layout, address + i * layout.size, record))
    except gdb.error as failure:
        raise gdb.GdbError("weft: no goroutines here (is weft linked, with -g, and running?): %s" % failure)
    return sorted((g for g in found if g.state != "free"), key=lambda g: g.id)


def stack_pointers():
    """Of all threads: (stack pointer, thread)."""
    before, frame, found = gdb.selected_thread(), None, []
    if before is None:
        raise gdb.GdbError("weft: there is no process")
    frame = gdb.selected_frame()
    try:
        for thread in gdb.selected_inferior().threads():
            thread.switch()
            found.append((int(gdb.newest_frame().read_register("sp")), thread))
    finally:
        before.switch()
        frame.select()
    return found


def thread_of(goroutine, pointers):
    low, high = goroutine.bounds
    return next((thread for sp, thread in pointers if low <= sp < high), None)


# ---- somewhere else --------------------------------------------------------------------------------------------------


class FrameId:
    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


class Unwinder(gdb.unwinder.Unwinder):
    """Gives the innermost frame a caller, while `caller` is a goroutine.

    Before it come the frames of functions that are inlined where the thread stands; its level is their number."""

    def __init__(self):
        super().__init__("weft goroutine")
        self.caller = None
        self.level = 0

    def __call__(self, pending):
        if self.caller is None or pending.level() != self.level:
            return None
        # A stack pointer below all others: gdb wants callers above.
        info = pending.create_unwind_info(FrameId(gdb.Value(16), pending.read_register("pc")))
        for name, value in self.registers(pending):
            info.add_saved_register(name, value)
        return info

    def registers(self, pending):
        arm = "aarch64" in pending.architecture().name()
        below = self.caller.sp - (16 if arm else 136)
        kept = struct.unpack("<Q", gdb.selected_inferior().read_memory(below, 8))[0]
        word = pending.read_register("sp").type
        code = pending.read_register("pc").type
        names = ("pc", "sp", "x29", "x19") if arm else ("rip", "rsp", "rbp", "rbx")
        values = (self.caller.pc, self.caller.sp, self.caller.fp, kept)
        kinds = (code, word, pending.read_register(names[2]).type, pending.read_register(names[3]).type)
        return [(n, gdb.Value(v).cast(t)) for n, v, t in zip(names, values, kinds)]


UNWINDER = Unwinder()
gdb.unwinder.register_unwinder(None, UNWINDER, replace=True)


def innermost_level():
    """Of the innermost frame of the selected thread that is no inlined function."""
    frame, level = gdb.newest_frame(), 0
    while frame.type() == gdb.INLINE_FRAME:
        frame, level = frame.older(), level + 1
    return level


class Elsewhere:
    """For the length of a `with`, the selected frame is the innermost one of a goroutine."""

    def __init__(self, goroutine, thread):
        self.goroutine, self.thread = goroutine, thread

    def __enter__(self):
        self.before = gdb.selected_thread()
        self.level = gdb.selected_frame().level()
        if self.thread is not None:
            self.thread.switch()
            gdb.newest_frame().select()
            return
        UNWINDER.level = innermost_level()
        UNWINDER.caller = self.goroutine
        gdb.invalidate_cached_frames()
        frame = gdb.newest_frame()
        for _ in range(UNWINDER.level + 1):
            frame = frame.older()
        frame.select()

    def __exit__(self, *unused):
        UNWINDER.caller = None
        gdb.invalidate_cached_frames()
        self.before.switch()
        gdb.execute("frame %d" % self.level, to_string=True)


OURS = re.compile(r"^(weft::detail::|weft::|std::|__gnu_cxx::|void weft::|auto weft::)")


def place(goroutine, thread):
    """The innermost function that is not weft's own."""
    if thread is None and goroutine.state == "fresh":
        return ""
    with Elsewhere(goroutine, thread):
        frame = gdb.selected_frame()
        for _ in range(30):
            if frame is None or not frame.is_valid():
                return ""
            name = frame.name()
            if name is not None and (not OURS.match(name) or "::operator()" in name):
                line = frame.find_sal()
                return "%s%s" % (short(name), " %s:%d" % (line.symtab.filename, line.line) if line.symtab else "")
            frame = frame.older()
    return ""


def short(name):
    """A function's name without its parameters and template arguments."""
    while True:
        less = re.sub(r"<[^<>]*>", "", name)
        if less == name:
            return re.sub(r"\((?!anonymous|\))[^()]*\)( const)?$", "()", less)
        name = less


def run_in(goroutine, thread, command):
    """The output of a command in the place of a goroutine."""
    if thread is None and goroutine.state == "fresh":
        return "  not run yet\n"
    with Elsewhere(goroutine, thread):
        output = gdb.execute(command, to_string=True)
    if thread is not None or not re.match(r"(bt|backtrace|where)\b", command):
        return output
    lines, begun = [], False  # of a backtrace, all but the frames that are the thread's
    for line in output.splitlines(True):
        begun = begun or line.startswith("#%d " % (UNWINDER.level + 1))
        if begun:
            lines.append(line)
    return "".join(lines)


# ---- commands --------------------------------------------------------------------------------------------------------


class InfoGoroutines(gdb.Command):
    """The goroutines: info goroutines [all]

Number, what it does or waits for, {label}, its innermost function that is not weft's, and the line that started it.
Without `all` at most 1000 are shown. A star stands before those that run on a thread."""

    MOST = 1000

    def __init__(self):
        super().__init__("info goroutines", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        found, pointers = goroutines(), stack_pointers()
        shown = found if argument.strip() == "all" else found[: self.MOST]
        for each in shown:
            thread = thread_of(each, pointers)
            title, start = each.title(thread)
            try:
                where = place(each, thread)
            except gdb.error as failure:
                where = "(%s)" % failure
            on = " on thread %d" % thread.num if thread is not None else ""
            print("%s %-6d %s%s  in %s  started at %s" % ("*" if on else " ", each.id, title, on, where or "?", start))
        if len(shown) < len(found):
            print("... and %d more: info goroutines all" % (len(found) - len(shown)))
        if not found:
            print("No goroutines.")


class InGoroutine(gdb.Command):
    """A command in the place of a goroutine: goroutine N COMMAND, goroutine all COMMAND

For example: goroutine 7 bt, goroutine 7 frame 3, goroutine all info locals. Without a command: bt."""

    def __init__(self):
        super().__init__("goroutine", gdb.COMMAND_STACK, gdb.COMPLETE_COMMAND)

    def invoke(self, argument, from_tty):
        which, _, command = argument.strip().partition(" ")
        command = command.strip() or "bt"
        if which != "all" and not which.isdigit():
            raise gdb.GdbError("goroutine N COMMAND, or goroutine all COMMAND")
        found, pointers = goroutines(), stack_pointers()
        if which != "all":
            chosen = [g for g in found if g.id == int(which)]
            if not chosen:
                raise gdb.GdbError("There is no goroutine %s; info goroutines shows which there are." % which)
            print(run_in(chosen[0], thread_of(chosen[0], pointers), command), end="")
            return
        for each in found:
            thread = thread_of(each, pointers)
            title, start = each.title(thread)
            print("\ngoroutine %d [%s], started at %s" % (each.id, title, start))
            try:
                print(run_in(each, thread, command), end="")
            except gdb.error as failure:
                print("  %s" % failure)


class Core(gdb.Command):
    """A core file with the stacks of goroutines in it: weft-core [FILE]

gdb's generate-core-file leaves out what lies behind a place that it cannot read, and the guard of a stack is one. This
command calls it, and puts in what is missing. Core files that the kernel writes are complete."""

    PAGE = 4096

    def __init__(self):
        super().__init__("weft-core", gdb.COMMAND_FILES, gdb.COMPLETE_FILENAME)

    def invoke(self, argument, from_tty):
        if gdb.selected_thread() is None:
            raise gdb.GdbError("weft: there is no process")
        path = argument.strip() or "core.%d" % gdb.selected_inferior().pid
        gdb.execute("generate-core-file %s" % path)
        found, pointers = goroutines(), stack_pointers()
        with open(path, "r+b") as core:
            loads = self.segments(core)
            for each in found:
                low, high = each.bounds
                inside = [sp for sp, _ in pointers if low <= sp < high]
                begin = max(low, (inside[0] if inside else each.sp) - 256)
                for page in range(begin // self.PAGE * self.PAGE, high, self.PAGE):
                    self.put(core, loads, page)

    @staticmethod
    def segments(core):
        """(address, size, place in the file) of what is loaded."""
        head = core.read(64)
        start, size, count = struct.unpack_from("<Q", head, 0x20)[0], *struct.unpack_from("<HH", head, 0x36)
        core.seek(start)
        table = core.read(size * count)
        entries = [struct.unpack_from("<IIQQQQQQ", table, i * size) for i in range(count)]
        return [(e[3], e[5], e[2]) for e in entries if e[0] == 1]

    def put(self, core, loads, page):
        for address, size, place_ in loads:
            if address <= page < address + size:
                core.seek(place_ + page - address)
                try:
                    core.write(gdb.selected_inferior().read_memory(page, self.PAGE))
                except gdb.MemoryError:
                    pass  # a guard


InfoGoroutines()
InGoroutine()
Core()
