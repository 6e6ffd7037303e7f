// SPDX-License-Identifier: Apache-2.0
//
// What answers requests.
//
// A handler runs on the goroutine of its connection: it may block as long as it likes, and the next request of the
// same connection comes when it has returned. Handlers of different connections run at the same time: what they share
// needs a lock. The request and the response are the handler's until it returns, one goroutine at a time.
//
// When a handler returns, what it has not sent is sent: without a word that is 200 and an empty body. When an exception
// leaves it, the client gets 500, if nothing was sent yet, or else a connection that ends in the middle; the server
// lives on and reports it (server_options::on_error). A goexit() ends the connection.
#pragma once

#include <functional>

namespace weft::http {

class request;
class response;

using handler = std::function<void(request&, response&)>;

}  // namespace weft::http
