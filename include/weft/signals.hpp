// SPDX-License-Identifier: Apache-2.0
//
// Signals of the operating system, sent to channels (K3).
//
//     weft::chan<int> interrupts(1);
//     weft::signals::notify(interrupts, {SIGINT, SIGTERM});
//     int number = *interrupts.recv();               // blocks until one comes
//     weft::signals::stop(interrupts);               // from here on they do what they did before
//
// Nobody waits for a reader: a signal for which a channel has no room, or, without a buffer, no receiver that waits, is
// dropped for that channel. Give it room for as many as must not be missed: 1 for one signal that only matters at all.
// As everywhere on Unix, a signal that comes again before the first one was delivered counts once.
//
// No signal falls between two stools: what comes before stop(), reset() or ignore() is delivered to the channel by the
// time that call has returned; what comes after does what the signal did before, or nothing if it is ignored.
//
// What a signal did before notify() and ignore() may be: its default, a handler of the program's own, nothing (a
// program that was started with SIGHUP or SIGINT ignored, as nohup does), or weft's goroutine dump for SIGQUIT (D4).
// stop() and reset() give that back.
//
// While a channel is notified a program in which everybody sleeps is not deadlocked (D1): it may wait for a signal.
// Notifications are the process's, and outlive a run(). They do not count as goroutines. A forked child has none: what
// was caught does there what it did before, what was ignored stays ignored.
//
// A signal that is blocked in every thread of the program is delivered under engine sched, whose watchdog thread lets
// in what somebody is notified of; under sim it stays pending.
//
// Signals are named by their numbers of <csignal>. SIGKILL and SIGSTOP cannot be caught; SIGSEGV, SIGBUS, SIGFPE,
// SIGILL and SIGTRAP are how a fault of the program shows, and are not for channels. To name one of these, or what is
// no signal at all, panics "weft: signal N cannot be caught". Where no signal is named, all that can be caught are
// meant.
//
// All of this may be called from goroutines and from other threads, but not from a signal handler. notify starts the
// runtime. Happens-before: what is delivered is sent to the channel like any other value.
#pragma once

#include <initializer_list>

#include "weft/chan.hpp"

namespace weft::signals {

/// Sends the number of each of these signals that comes to the channel, without blocking, until stop(to). Beside others
/// that this channel or another gets already. Panics "os/signal: Notify using nil channel". The channel must not be
/// closed before stop(to): a signal would be a send on a closed channel.
void notify(const sender<int>& to, std::initializer_list<int> numbers = {});

/// Ends all notifications of the channel. When it has returned, nothing more is sent to it.
void stop(const sender<int>& to);

/// Ends all notifications of these signals; from now on they do nothing.
void ignore(std::initializer_list<int> numbers = {});

/// Ends all notifications of these signals, and what ignore() has asked for.
void reset(std::initializer_list<int> numbers = {});

/// Whether the signal is ignored: by ignore(), or since the program was started.
[[nodiscard]] bool ignored(int number);

}  // namespace weft::signals
