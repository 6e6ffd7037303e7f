// SPDX-License-Identifier: Apache-2.0
//
// The life of a goroutine as far as both engines share it: its options, its body, goexit, and what happens to an
// exception that nobody catches.
//
// The body is called from a frame that catches nothing but goexit. So when any other exception is thrown without a
// handler, the C++ runtime's search reaches the bottom of the stack (context_*.S marks it), unwinds nothing and calls
// std::terminate where the exception was thrown: the report shows the stack of the throw, as Go's does.
#include "park/goroutine.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <string_view>
#include <typeinfo>

#include "park/body.hpp"
#include "weft/detail/goexit.hpp"
#include "weft/detail/panic.hpp"
#include "weft/go.hpp"

namespace weft::detail {
namespace {

std::terminate_handler previous_handler = nullptr;  // written once, before the first goroutine runs

[[noreturn]] void on_terminate() {
  if (current() == nullptr && previous_handler != nullptr) previous_handler();
  const std::type_info* type = abi::__cxa_current_exception_type();
  if (type == nullptr) panic("std::terminate was called");
  int status = 0;
  char* name = abi::__cxa_demangle(type->name(), nullptr, nullptr, &status);
  const char* shown = status == 0 ? name : type->name();
  try {
    std::rethrow_exception(std::current_exception());
  } catch (const std::exception& e) {
    panicf("uncaught exception %s: %s", shown, e.what());
  } catch (...) {
    panicf("uncaught exception %s", shown);
  }
}

}  // namespace

closure& closure_of(goroutine& g) noexcept { return g.body; }

std::uint64_t id_of(const goroutine* g) noexcept {
  return g == nullptr ? 0 : shown_id(g->id.load(memory_order_relaxed));  // relaxed: only a number to print
}

[[gnu::noinline, gnu::section("weft_body")]] void run_body(goroutine& g) {
  try {
    g.body.use(g.body, closure_use::call);
  } catch (goexit_signal& signal) {
    signal.deliver();
  }
}

void install_terminate_handler() noexcept {
  if (previous_handler == nullptr) previous_handler = std::set_terminate(on_terminate);
}

start_options checked(const go_options& options, site where) {
  constexpr std::size_t most = std::size_t{1} << 30;
  if (options.stack == go_options::default_stack) return {where, 0, options.label};
  if (options.stack == 0) panic("go: a stack of 0 bytes was asked for; give at least 4096, or leave the option out");
  if (options.stack > most) {
    panicf("go: a stack of %zu bytes was asked for; the most is 1 GiB (%zu)", options.stack, most);
  }
  return {where, options.stack, options.label};
}

goexit_signal::~goexit_signal() {
  if (!delivered_) panic("goexit was swallowed: a catch (...) must rethrow what it does not know");
}

}  // namespace weft::detail

namespace weft {

void goexit() {
  if (detail::current() == nullptr) detail::panic("goexit on a thread that is no goroutine");
  throw detail::goexit_signal();
}

void panic(std::string_view message) {
  detail::panicf("%.*s", static_cast<int>(message.size() < 480 ? message.size() : 480), message.data());
}

}  // namespace weft
