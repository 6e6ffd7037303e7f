// SPDX-License-Identifier: Apache-2.0
//
// Do not communicate by sharing memory, share memory by communicating: the rule that one document quotes in bold. A
// vector goes from goroutine to goroutine; whoever has received it owns it, and whoever has sent it has nothing left
// that could race. A unique_ptr says so in the type: it can be moved through a channel and not copied.
//
// sentence: what is sent through a channel belongs to its receiver
// engines: both
// expect-exit: 0
// expect-output-exact:
//   ada bob cyd
//   the sender holds nothing any more: yes
#include <weft/weft.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

using guest_list = std::unique_ptr<std::vector<std::string>>;

/// Writes its name and passes the list on.
void sign(const std::string& name, weft::receiver<guest_list> from, weft::sender<guest_list> to) {
  guest_list list = std::move(*from.recv());
  list->push_back(name);
  to.send(std::move(list));
}

int main() {
  return weft::run([] {
    weft::chan<guest_list> start;
    weft::chan<guest_list> from = start;
    for (const char* name : {"ada", "bob", "cyd"}) {
      weft::chan<guest_list> to;
      weft::go([=] { sign(name, from, to); });
      from = to;
    }

    auto list = std::make_unique<std::vector<std::string>>();
    start.send(std::move(list));
    guest_list signed_list = std::move(*from.recv());
    for (std::size_t i = 0; i < signed_list->size(); ++i) std::printf("%s%s", i ? " " : "", (*signed_list)[i].c_str());
    std::printf("\nthe sender holds nothing any more: %s\n", list ? "no" : "yes");
  });
}
